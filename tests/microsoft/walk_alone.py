"""Applications by themselves and shared mailboxes: MSAL's client credentials with secret and certificate, an administrator's consent, and the Graph SDK in `/users/{shared}`."""

import asyncio
import datetime
from urllib.parse import urlencode

import httpx
import msal
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from kiota_abstractions.authentication import BaseBearerTokenAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.message import Message
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.users.item.send_mail.send_mail_post_request_body import SendMailPostRequestBody
from msgraph.graph_request_adapter import options
from msgraph_core import GraphClientFactory

from sandbox import CLIENT, DOMAIN, PASSWORD, REDIRECT, WALKER, Browser, main
from tools import CUSTOMER, Token, recipient

SHARED = f"team@{DOMAIN}"
BOSS = f"boss@{DOMAIN}"
DEFAULT = ["https://graph.microsoft.com/.default"]
SHARED_SCOPES = ["User.Read", "Mail.ReadWrite.Shared", "Mail.Send.Shared"]


def certificate():
    """A key and a certificate of one's own, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "walk")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=90)).sign(key, hashes.SHA256())
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private.decode(), made.public_bytes(serialization.Encoding.PEM).decode(), made.fingerprint(hashes.SHA1()).hex()


def application(sandbox, credential, tenant=DOMAIN):
    return msal.ConfidentialClientApplication(CLIENT["client_id"], client_credential=credential, authority=f"{sandbox.base}/{tenant}", instance_discovery=False, verify=sandbox.ca or True)


def prepare(sandbox):
    sandbox.prepare()
    known = {person["upn"] for person in sandbox.call("GET", "people")}
    if SHARED not in known:
        sandbox.call("POST", "people", {"tenant": DOMAIN, "upn": SHARED, "name": "The Team", "type": "shared"})
        sandbox.call("POST", "people", {"tenant": DOMAIN, "upn": BOSS, "name": "Bea Boss", "admin": True, "password": PASSWORD})
    sandbox.call("PATCH", f"tenants/{DOMAIN}", {"userConsent": False})
    sandbox.call("DELETE", f"tenants/{DOMAIN}/apps/{CLIENT['client_id']}")


def walk_tokens(sandbox, checks):
    """From an application nobody knows to one with tokens of its own."""
    app = application(sandbox, CLIENT["client_secret"])
    refused = app.acquire_token_for_client(DEFAULT)
    checks.equal("an application nobody consented to", refused.get("error_codes"), [700016])

    query = urlencode({"client_id": CLIENT["client_id"], "redirect_uri": REDIRECT, "state": "walk", "scope": DEFAULT[0]})
    back = Browser(sandbox).sign_in(f"{sandbox.base}/{DOMAIN}/v2.0/adminconsent?{query}", upn=BOSS)
    checks.that("an administrator consents", back.get("admin_consent") == "True" and back.get("state") == "walk" and back.get("tenant"), back)

    # A new one: MSAL repeats a refusal for a while without asking again.
    app = application(sandbox, CLIENT["client_secret"])
    tokens = app.acquire_token_for_client(DEFAULT)
    checks.that("a token by secret", "access_token" in tokens and "refresh_token" not in tokens, tokens)
    again = app.acquire_token_for_client(DEFAULT)
    checks.equal("the cache answers next", again.get("token_source"), "cache")
    refused = application(sandbox, "wrong").acquire_token_for_client(DEFAULT)
    checks.equal("a wrong secret", (refused.get("error"), refused.get("error_codes")), ("invalid_client", [7000215]))
    refused = application(sandbox, CLIENT["client_secret"], "organizations").acquire_token_for_client(DEFAULT)
    checks.that("no token without a tenant", "access_token" not in refused, refused)

    private, public, sha1 = certificate()
    answer = sandbox.http.post(f"/_sandbox/apps/{CLIENT['client_id']}/certificates", content=public)
    checks.equal("the certificate is registered", answer.json()["thumbprint"].lower(), sha1)
    modern = application(sandbox, {"private_key": private, "public_certificate": public, "thumbprint": sha1}).acquire_token_for_client(DEFAULT)
    checks.that("a token by certificate", "access_token" in modern, modern)
    older = application(sandbox, {"private_key": private, "thumbprint": sha1}).acquire_token_for_client(DEFAULT)
    checks.that("a token by the older form (x5t)", "access_token" in older, older)
    other, _, _ = certificate()
    refused = application(sandbox, {"private_key": other, "thumbprint": sha1}).acquire_token_for_client(DEFAULT)
    checks.equal("another key under that name", refused.get("error_codes"), [700027])

    mine = application(sandbox, {"private_key": private, "public_certificate": public, "thumbprint": sha1}, "organizations")
    flow = mine.initiate_auth_code_flow(SHARED_SCOPES, redirect_uri=REDIRECT, login_hint=WALKER)
    person = mine.acquire_token_by_auth_code_flow(flow, Browser(sandbox).sign_in(flow["auth_uri"]))
    checks.that("a person's code redeemed with the certificate, without a question about consent", "access_token" in person, person)
    return modern["access_token"], person["access_token"]


def client(sandbox, token):
    http = httpx.AsyncClient(verify=sandbox.tls, timeout=60)
    adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(Token(token)), GraphClientFactory.create_with_default_middleware(client=http, options=options))
    adapter.base_url = f"{sandbox.base}/v1.0"
    return GraphServiceClient(request_adapter=adapter)


async def refused(call):
    try:
        await call
    except ODataError as error:
        return error.response_status_code, error.error.code
    return None


async def walk_mail(sandbox, checks, own, person):
    """The same shared mailbox by the application itself and by a member."""
    sandbox.deliver(f"From: <{CUSTOMER}>\r\nTo: <{SHARED}>\r\nSubject: To the team\r\nMessage-ID: <team@elsewhere.example>\r\n\r\nHello\r\n".encode(), SHARED)
    itself = client(sandbox, own)
    checks.equal("no /me for an application", await refused(itself.me.get()), (400, "BadRequest"))
    member = client(sandbox, person)
    rights = f"mailboxes/{SHARED}/rights/{WALKER}"
    sandbox.call("DELETE", rights)
    checks.equal("no right, no mailbox", await refused(member.users.by_user_id(SHARED).messages.get()), (404, "ErrorItemNotFound"))
    sandbox.call("PUT", rights, {"fullAccess": True, "sendAs": True})
    for who, graph in (("the application", itself), ("a member", member)):
        team = graph.users.by_user_id(SHARED)
        listed = await team.messages.get()
        checks.that(f"{who} lists the shared mailbox", any(m.subject == "To the team" for m in listed.value), listed.value)
        message = Message(subject=f"From {who}", to_recipients=[recipient(CUSTOMER)])
        await team.send_mail.post(SendMailPostRequestBody(message=message, save_to_sent_items=True))
        for _ in range(50):
            sent = await team.mail_folders.by_mail_folder_id("sentitems").messages.get()
            found = [m for m in sent.value if m.subject == f"From {who}"]
            if found:
                break
            await asyncio.sleep(0.1)
        checks.equal(f"{who} sends from it", [m.from_.email_address.address for m in found], [SHARED])


def walk(sandbox, checks):
    prepare(sandbox)
    own, person = walk_tokens(sandbox, checks)
    asyncio.run(walk_mail(sandbox, checks, own, person))


main(walk)
