"""zenpy, a client made for Zendesk's API, against the desk: what its users do with people and their addresses, with support
addresses, and with suspended tickets."""

import html
import re
import sys
import time

import requests
from zenpy import Zenpy
from zenpy.lib.api_objects import Identity, RecipientAddress, User
from zenpy.lib.exception import APIException, RecordNotFoundException

base, microsoft = sys.argv[1:3]
ADMIN, PASSWORD = "admin@postdesk.example", "postdesk-sandbox"
passed = 0


def equal(what, found, expected):
    """Stops at the first difference."""
    global passed
    if found != expected:
        sys.exit(f"{what}: found {found!r}, expected {expected!r}")
    passed += 1


browser = requests.Session()
browser.headers["Sec-Fetch-Site"] = "same-origin"
browser.post(f"{base}/sign-in", {"email": ADMIN, "password": PASSWORD}).raise_for_status()


def control(path, **body):
    """Asks the stand-in for Microsoft."""
    answer = requests.post(f"{microsoft}/_sandbox/{path}", json=body)
    answer.raise_for_status()
    return answer.json()


def connect():
    """Connects the first mailbox that there is; answers its address."""
    people = requests.get(f"{microsoft}/_sandbox/people").json()
    person = next(p for p in people if p.get("type", "user") == "user" and p.get("mailbox", "online") == "online")
    form = f"{base}/admin/channels/email/addresses/connect/exchange"
    page = browser.post(form, {"way": "own"}).text
    away = html.unescape(re.search(f'href="({re.escape(microsoft)}[^"]+)"', page).group(1))
    back = browser.get(control("sign-in", url=away, upn=person["upn"])["location"])
    browser.post(back.url, {"decision": "done"}).raise_for_status()
    return person.get("mail") or person["upn"]


def suspended(count):
    """The suspended tickets, once there are so many."""
    for _ in range(150):
        found = list(client.suspended_tickets())
        if len(found) >= count:
            return sorted(found, key=lambda one: one.id)
        time.sleep(0.2)
    sys.exit(f"waited for {count} suspended tickets, found {found!r}")


def token():
    """Makes an API token as an administrator does: in the browser."""
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

# The addresses of a person.
customer = made[1]
identities = client.users.identities
work = identities.create(customer, Identity(type="email", value="work1@example.org"))
equal("a further address", (work.value, work.primary, work.verified), ("work1@example.org", False, True))
equal("all of them", [(one.value, one.primary) for one in identities(id=customer.id)],
      [("customer1@example.org", True), ("work1@example.org", False)])
equal("one of them", identities.show(customer, work).value, "work1@example.org")
equal("verified", identities.verify(customer, work).verified, True)
equal("the primary one", [one.value for one in identities.make_primary(customer, work)][0], "work1@example.org")
equal("the user's address", client.users.search(query="work1@").next().email, "work1@example.org")
old = next(one for one in identities(id=customer.id) if not one.primary)
old.value = "old1@example.org"
changed = identities.update(customer, old)
equal("another value", changed.value, "old1@example.org")
identities.delete(customer, changed)
equal("one is left", [one.value for one in identities(id=customer.id)], ["work1@example.org"])

# Suspended tickets: mail of machines, from a mailbox that is connected for it.
mailbox = connect()
for n in range(5):
    control("outside/send", **{"from": {"name": f"Robot {n}", "address": f"robot{n}@shop.example"}}, to=[{"address": mailbox}],
            subject=f"Report {n}", text=f"Run {n}", headers={"Auto-Submitted": "auto-generated"})
queue = suspended(5)
by_subject = {one.subject: one for one in queue}
first = by_subject["Report 0"]
equal("a suspended ticket", (first.cause, first.cause_id, first.recipient, first.author["email"]),
      ("auto_mailer", 3, mailbox, "robot0@shop.example"))
equal("its text", first.content.strip(), "Run 0")
equal("alone", client.suspended_tickets(id=first.id).message_id, first.message_id)
alone = client.suspended_tickets.recover(first)
alone = list(alone)[0] if not hasattr(alone, "requester_id") else alone
equal("recovered alone: the caller asks", (alone.subject, alone.requester_id), ("Report 0", me.id))
together = list(client.suspended_tickets.recover([by_subject["Report 1"], by_subject["Report 2"]]))
askers = sorted(client.users(id=one.requester_id).email for one in together)
equal("recovered together: the authors ask", askers, ["robot1@shop.example", "robot2@shop.example"])
client.suspended_tickets.delete(by_subject["Report 3"])
equal("what is left", [one.subject for one in client.suspended_tickets()], ["Report 4"])
client.suspended_tickets.delete([by_subject["Report 4"]])
equal("nothing is left", list(client.suspended_tickets()), [])

print(f"zenpy: {passed} checks passed")
