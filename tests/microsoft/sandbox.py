"""What both walks need: the sandbox's control API, a browser that fills in forms, and checks that stop at the first difference."""

import json
import os
import ssl
import sys
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx

PASSWORD = "correct horse battery staple"
DOMAIN = "walk.example"
WALKER = f"walker@{DOMAIN}"
REDIRECT = "http://localhost:4711/back"
CLIENT = {"client_id": "5d1f7a52-3f07-4a5e-9f0e-1f2c3d4e5f60", "client_secret": "walk~secret.0123456789", "redirect_uris": [REDIRECT]}
SCOPES = ["User.Read", "Mail.ReadWrite", "Mail.Send"]


class Difference(Exception):
    """The sandbox did what Microsoft would not."""


class Checks:
    """Counts what holds; the first thing that does not ends the walk."""

    def __init__(self):
        self.passed = 0

    def that(self, what, holds, shown=""):
        if not holds:
            raise Difference(f"{what}: {shown}")
        self.passed += 1

    def equal(self, what, found, expected):
        self.that(what, found == expected, f"found {found!r}, expected {expected!r}")


class Sandbox:
    """A running sandbox, by its control API (docs/sandbox.md)."""

    def __init__(self, base, ca):
        self.base = base.rstrip("/")
        self.ca = ca
        if ca:
            # `requests`, under MSAL, prefers this variable of the environment to the `verify` it is given.
            os.environ["REQUESTS_CA_BUNDLE"] = ca
        self.tls = ssl.create_default_context(cafile=ca) if ca else True
        self.http = httpx.Client(base_url=self.base, verify=self.tls, timeout=30)

    def call(self, method, path, body=None, **more):
        answer = self.http.request(method, f"/_sandbox/{path}", json=body, **more)
        if answer.is_error:
            raise Difference(f"control API {method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json() if answer.content else None

    def prepare(self):
        """An application, a tenant, and two people in it."""
        self.call("POST", "apps", CLIENT)
        known = {person["upn"] for person in self.call("GET", "people")}
        if WALKER not in known:
            self.call("POST", "tenants", {"domain": DOMAIN, "name": "Walkers"})
            for upn, name in [(WALKER, "Wanda Walker"), (f"other@{DOMAIN}", "Otto Other")]:
                self.call("POST", "people", {"tenant": DOMAIN, "upn": upn, "mail": upn, "name": name, "password": PASSWORD, "mailbox": "online"})

    def deliver(self, mime, mailbox=WALKER):
        answer = self.http.post(f"/_sandbox/mailboxes/{mailbox}/deliver", content=mime, headers={"content-type": "message/rfc822"})
        if answer.is_error:
            raise Difference(f"deliver: {answer.status_code} {answer.text[:500]}")
        return answer.json()

    def outside_messages(self, address):
        answer = self.call("GET", f"outside/{address}/messages")
        return answer if isinstance(answer, list) else answer["messages"]


class _Forms(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms = []
        self.open = None

    def handle_starttag(self, tag, attributes):
        attributes = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.open = {"action": attributes.get("action", ""), "method": attributes.get("method", "get").lower(), "fields": [], "buttons": [], "kinds": {}}
            self.forms.append(self.open)
        elif self.open is not None and (tag == "button" or (tag == "input" and attributes.get("type") == "submit")):
            self.open["buttons"].append((attributes.get("name", ""), attributes.get("value", "")))
        elif self.open is not None and tag == "input":
            name, kind = attributes.get("name", ""), attributes.get("type", "text").lower()
            self.open["kinds"][name] = kind
            if kind not in ("checkbox", "radio") or "checked" in attributes:
                self.open["fields"].append((name, attributes.get("value", "on" if kind == "checkbox" else "")))

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = None


class Browser:
    """Signs a person in at the sandbox's pages, as a browser without scripts would."""

    def __init__(self, sandbox):
        self.http = httpx.Client(verify=sandbox.tls, timeout=30)

    def sign_in(self, url, upn=WALKER, password=PASSWORD, untick=()):
        """Answers the parameters that come back to the redirect address."""
        answer = self.http.get(url)
        for _ in range(12):
            if answer.is_redirect:
                target = urljoin(str(answer.url), answer.headers["location"])
                if target.startswith(REDIRECT):
                    parts = urlsplit(target)
                    return dict(parse_qsl(parts.query or parts.fragment))
                answer = self.http.get(target)
                continue
            if answer.is_error:
                raise Difference(f"sign-in page {answer.url}: {answer.status_code} {answer.text[:800]}")
            form, fields = self._fill(answer.text, upn, password, untick)
            target = urljoin(str(answer.url), form["action"])
            if target.startswith(REDIRECT):
                return dict(fields)
            if form["method"] == "post":
                parts = urlsplit(str(answer.url))
                headers = {"content-type": "application/x-www-form-urlencoded", "origin": f"{parts.scheme}://{parts.netloc}"}
                answer = self.http.post(target, content=urlencode(fields), headers=headers)
            else:
                answer = self.http.get(target, params=fields)
        raise Difference("the sign-in does not come to an end")

    @staticmethod
    def _fill(html, upn, password, untick):
        reader = _Forms()
        reader.feed(html)
        if not reader.forms:
            raise Difference(f"a sign-in page without a form: {html[:800]}")
        for form in reader.forms:
            kinds = form["kinds"]
            if "password" in kinds.values():
                fields = [(name, password if kinds[name] == "password" else upn if kinds[name] in ("text", "email") else value) for name, value in form["fields"]]
                return form, fields
            if "checkbox" in kinds.values():
                fields = [(name, value) for name, value in form["fields"] if value not in untick and name not in untick]
                accept = [b for b in form["buttons"] if b[0] and not any(word in b[1].lower() for word in ("cancel", "decline", "deny", "no"))]
                return form, fields + accept[:1]
            if form["action"].startswith(REDIRECT):
                return form, form["fields"]
        for form in reader.forms:
            for name, value in form["buttons"] + form["fields"]:
                if value.lower() == upn:
                    return form, [field for field in form["fields"] if field[0] != name] + [(name, value)]
        form = reader.forms[-1]
        return form, form["fields"] + [button for button in form["buttons"][-1:] if button[0]]


def authority(sandbox):
    """The address of a tenant's Entra and of its instance discovery."""
    return f"{sandbox.base}/organizations", f"{sandbox.base}/common/discovery/instance"


def main(walk):
    """Runs a walk: `walk_x.py BASE [CA]`."""
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} BASE [CA.pem]")
    checks = Checks()
    try:
        walk(Sandbox(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None), checks)
    except Difference as difference:
        print(f"{checks.passed} passed, 1 failed\n{difference}", file=sys.stderr)
        sys.exit(1)
    print(f"{checks.passed} passed, 0 failed")


def decode_claims(token):
    """A JWT's claims, unchecked."""
    import base64

    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
