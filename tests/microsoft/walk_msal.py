"""Microsoft's sign-in library against the sandbox's Entra: metadata, code flow with PKCE and nonce, cache, refresh, refusals."""

import msal

from sandbox import CLIENT, REDIRECT, SCOPES, WALKER, Browser, authority, decode_claims, main


def application(sandbox, secret=CLIENT["client_secret"], discovery=False):
    """Without discovery MSAL does not ask login.microsoftonline.com for other names of the authority."""
    tenant, _ = authority(sandbox)
    return msal.ConfidentialClientApplication(
        CLIENT["client_id"], client_credential=secret, authority=tenant, instance_discovery=discovery, verify=sandbox.ca or True
    )


def walk(sandbox, checks):
    sandbox.prepare()
    app = application(sandbox, discovery=authority(sandbox)[1])
    checks.that("the authority is found by instance discovery", app.authority.token_endpoint.startswith(sandbox.base), app.authority.token_endpoint)
    app = application(sandbox)

    for mode in ("query", "form_post"):
        flow = app.initiate_auth_code_flow(SCOPES, redirect_uri=REDIRECT, prompt="select_account", login_hint=WALKER, response_mode=mode)
        answer = Browser(sandbox).sign_in(flow["auth_uri"])
        checks.that(f"{mode}: a code and the state come back", "code" in answer and answer.get("state") == flow["state"], answer)
        tokens = app.acquire_token_by_auth_code_flow(dict(flow), answer)
        checks.that(f"{mode}: tokens for the code", "access_token" in tokens, tokens)
        checks.equal(f"{mode}: token type", tokens["token_type"], "Bearer")
        checks.that(f"{mode}: an hour or so", 3000 <= int(tokens["expires_in"]) <= 5400, tokens["expires_in"])
        granted = {scope.rsplit("/", 1)[-1].lower() for scope in tokens["scope"].split()}
        checks.that(f"{mode}: the scopes asked for", {scope.lower() for scope in SCOPES} <= granted, granted)
        claims = tokens["id_token_claims"]
        checks.equal(f"{mode}: audience", claims["aud"], CLIENT["client_id"])
        checks.that(f"{mode}: issuer of the tenant", claims["tid"] in claims["iss"] and claims["iss"].endswith("/v2.0"), claims["iss"])
        again = app.acquire_token_by_auth_code_flow(dict(flow), answer)
        checks.equal(f"{mode}: a code works once", again.get("error"), "invalid_grant")

    accounts = app.get_accounts()
    checks.that("an account in the cache, by client_info", len(accounts) == 1 and accounts[0]["username"], accounts)
    cached = app.acquire_token_silent_with_error(SCOPES, account=accounts[0])
    checks.equal("the cache answers first", cached.get("token_source"), "cache")
    refresh_before = app.token_cache.find("RefreshToken")[0]["secret"] if hasattr(app.token_cache, "find") else None
    fresh = app.acquire_token_silent_with_error(SCOPES, account=accounts[0], force_refresh=True)
    checks.that("a refresh gives a new access token", fresh.get("access_token") not in (None, cached["access_token"]), fresh)
    if refresh_before:
        refresh_after = app.token_cache.find("RefreshToken")[0]["secret"]
        checks.that("the refresh token rotates", refresh_before != refresh_after, "")

    flow = app.initiate_auth_code_flow(SCOPES, redirect_uri=REDIRECT, prompt="consent", login_hint=WALKER)
    parts = flow["auth_uri"].replace("code_challenge=", "code_challenge=x", 1)
    answer = Browser(sandbox).sign_in(parts)
    refused = app.acquire_token_by_auth_code_flow(dict(flow), answer)
    checks.that("a wrong PKCE verifier is refused", refused.get("error") == "invalid_grant" and refused.get("error_codes"), refused)

    wrong = application(sandbox, secret="not the secret")
    flow = wrong.initiate_auth_code_flow(SCOPES, redirect_uri=REDIRECT, prompt="select_account", login_hint=WALKER)
    answer = Browser(sandbox).sign_in(flow["auth_uri"])
    refused = wrong.acquire_token_by_auth_code_flow(dict(flow), answer)
    checks.equal("a wrong client secret is refused", refused.get("error"), "invalid_client")
    checks.that("with AADSTS in the description", "AADSTS7000215" in refused.get("error_description", ""), refused)
    checks.that("the claims of the access token name nothing secret", "pwd" not in decode_claims(tokens["id_token"]), "")

    sandbox.call("POST", "faults", {"kind": "token_error", "operation": "token", "error": "invalid_grant", "description": "AADSTS50173: The provided grant has expired due to it being revoked.", "times": 1})
    revoked = app.acquire_token_silent_with_error(SCOPES, account=accounts[0], force_refresh=True)
    sandbox.call("DELETE", "faults")
    checks.equal("a revoked sign-in", (revoked or {}).get("error"), "invalid_grant")


main(walk)
