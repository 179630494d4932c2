"""zenpy, a client made for Zendesk's API, against the desk: what its users do with people and support addresses."""

import re
import sys

import requests
from zenpy import Zenpy
from zenpy.lib.api_objects import RecipientAddress, User
from zenpy.lib.exception import APIException, RecordNotFoundException

base = sys.argv[1]
ADMIN, PASSWORD = "admin@postdesk.example", "postdesk-sandbox"
passed = 0


def equal(what, found, expected):
    """Stops at the first difference."""
    global passed
    if found != expected:
        sys.exit(f"{what}: found {found!r}, expected {expected!r}")
    passed += 1


def token():
    """Makes an API token as an administrator does: in the browser."""
    browser = requests.Session()
    browser.headers["Sec-Fetch-Site"] = "same-origin"
    browser.post(f"{base}/sign-in", {"email": ADMIN, "password": PASSWORD}).raise_for_status()
    page = browser.get(f"{base}/admin/apps/api-tokens").text
    me = re.search(r'<option value="(\d+)" selected', page).group(1)
    page = browser.post(f"{base}/admin/apps/api-tokens", {"name": "zenpy", "person": me}).text
    return re.search(r'id="the-token" value="([^"]+)"', page).group(1)


client = Zenpy(subdomain="desk", email=ADMIN, token=token())

me = client.users.me()
equal("me", (me.email, me.role), (ADMIN, "admin"))

made = [client.users.create(User(name=f"Customer {n}", email=f"customer{n}@example.org")) for n in range(3)]
equal("a new user", (made[0].email, made[0].role, made[0].active), ("customer0@example.org", "end-user", True))
equal("by id", client.users(id=made[0].id).name, "Customer 0")

made[0].name = "Renamed"
equal("an update of the whole object", client.users.update(made[0]).name, "Renamed")
again = client.users.create_or_update(User(name="Renamed twice", email="customer0@example.org"))
equal("create or update", (again.id, again.name), (made[0].id, "Renamed twice"))
equal("all pages", {"customer0@example.org", "customer2@example.org"} <= {user.email for user in client.users()}, True)
equal("search", [user.id for user in client.users.search(query="customer1@")], [made[1].id])
equal("several", sorted(user.id for user in client.users(ids=[made[1].id, made[2].id])), [made[1].id, made[2].id])

address = client.recipient_addresses.create(RecipientAddress(name="Sales", email="sales@desk.example"))
equal("a new address", (address.email, address.forwarding_status), ("sales@desk.example", "waiting"))
address.name = "Sales team"
equal("its new name", client.recipient_addresses.update(address).name, "Sales team")
equal("the list", [found.email for found in client.recipient_addresses()], ["sales@desk.example"])

try:
    client.users.create(User(name="Loop", email="sales@desk.example"))
    sys.exit("a support address became a person")
except APIException as refused:
    equal("a refusal", "RecordInvalid" in str(refused), True)

try:
    client.users(id=987654)
    sys.exit("somebody who is not there was found")
except RecordNotFoundException:
    passed += 1

print(f"zenpy: {passed} checks passed")
