# Texts of the web face: Admin Center and agent workspace.
# English is the language that keys and variables are checked against when the program is built.

## Frame of every page
skip-to-content = Skip to content
nav-label = Places
nav-tickets = Tickets
nav-admin = Admin Center
language-label = Language
sign-out = Sign out
crumbs-label = You are here
what-now = What to do now
cancel = Cancel
save = Save
next = Next
done = Done
all = All
never = Never
options = Options
older = Older
to-tickets = To the tickets
to-addresses = To the support addresses

## Signing in
sign-in-title = Sign in to Postdesk
sign-in = Sign in
email = Email address
password = Password
sandbox-title = This is a sandbox
sandbox-text = Nothing here is real: no mail leaves this machine. Sign in as the administrator:
sandbox-outlook = Open the pretend Outlook to read and write mail as a customer

## Roles
role-end-user = End user
role-agent = Agent
role-admin = Administrator
role-owner = Owner

## Ticket words
status-new = New
status-open = Open
status-pending = Pending
status-hold = On hold
status-solved = Solved
status-closed = Closed
priority-none = None
priority-low = Low
priority-normal = Normal
priority-high = High
priority-urgent = Urgent
via-email = By mail
via-web = In the workspace
via-import = Imported
via-rule = By a trigger
via-follow-up = Follow-up
no-subject = (no subject)
nobody = Nobody
the-desk = Postdesk

## Fields
field-status = Status
field-priority = Priority
field-assignee = Assignee
field-group = Group
field-tags = Tags
field-ccs = CCs
field-address = Address
field-name = Name
field-brand = Brand
field-password = Password
field-text = Text
field-files = Files

## Ticket list
views-label = Views
view-mine = Your unsolved tickets
view-unassigned = Unassigned tickets
view-unsolved = All unsolved tickets
view-solved = Solved tickets
view-suspended = Suspended tickets
search = Search tickets
search-title = Search: { $text }
search-empty = No ticket matches.
search-empty-next = Search looks at subjects and at the names and addresses of requesters. Try a shorter word.
list-end = There are no older tickets.
mine-empty = You have no unsolved tickets.
mine-empty-next = Take one from the unassigned tickets:
unassigned-empty = Every ticket has an assignee.
unassigned-empty-next = New mail appears here by itself.
unsolved-empty = Nothing is waiting for you.
unsolved-empty-next = New mail to a support address becomes a ticket and appears here by itself.
solved-empty = No ticket has been solved yet.
solved-empty-next = Answer a ticket and submit it as solved; it then stands here.
column-status = Status
column-number = No.
column-subject = Subject
column-requester = Requester
column-assignee = Assignee
column-updated = Updated
column-received = Received
column-mail = Mail
column-cause = Cause

## Suspended tickets
suspended-text = Mail that did not become a ticket, each with its reason. Nothing is thrown away.
suspended-empty = No mail is suspended.
suspended-empty-next = Out-of-office replies, robots and doubtful senders would stand here.
cause-auto-mailer = Sent by a machine
cause-loop = Too many mails from one sender in an hour: a mail loop
cause-unknown-user-update = An unknown person answered on a ticket
cause-other-user-update = Somebody answered on another person’s ticket
cause-auto-delivery-failure = Delivery failure that names no mail of ours
cause-auto-vacation = Out-of-office reply
cause-system-user = From a mail system (mailer-daemon, postmaster)
cause-from-support-address = Written by one of our own support addresses
cause-unknown-author = No usable sender

## Ticket page
properties = Properties
internal-note = Internal note
public-reply = Public reply
answer-kind = Kind of answer
answer-text = Your answer
goes-to = To { $name } <{ $address }>
sent-from = from { $address }
note-help = Only agents see this. Nothing is sent to the customer.
attach-files = Files
submit-as = Submit as
submit = Submit
take-it = Assign to me
closed-note = This ticket is closed. A reply by the customer makes a follow-up ticket.
not-kept = This was not kept; copy it before you leave the page
automatic = Automatic
automatic-help = Written by a machine: it neither reopens the ticket nor is answered by triggers.
spoof-warning = The sender could not be authenticated: this mail may be forged. Do not trust links or bank details in it.
protection-signed = This mail carries a signature. Postdesk shows it but does not verify it.
protection-smime = This mail is encrypted with S/MIME. Only the receiver's key opens it: open the attached file in Outlook.
protection-pgp = This mail is encrypted with PGP. Only the receiver's key opens it: the content is attached.
protection-rights = This mail is protected by Microsoft's rights management. Open it in Outlook.
invitation-invited = Invitation
invitation-cancelled = Cancelled
invitation-accepted = Accepted
invitation-declined = Declined
invitation-tentative = Tentatively accepted
invitation-other-time = Another time is proposed
invitation-published = Event
invitation-when = When
invitation-where = Where
invitation-organizer = Organizer
invitation-repeats = repeats
mail-body = Mail as it came
whole-mail = Show the whole mail with its quotes
files = Files
show-all = Show the whole mail
mail-details = Mail details
mail-from = From
mail-to = To
mail-subject = Subject
why-here = Why in this ticket?
why-here-first = It refers to no earlier mail: it made this ticket.
signal-token = Carries our signed mark of ticket #{ $ticket }
signal-in-reply-to = Answers a mail of this ticket (In-Reply-To: { $id })
signal-references = Names a mail of this ticket (References: { $id })
original = Download the original mail (.eml)
pictures-blocked = { $count ->
        [one] One picture from elsewhere is blocked.
       *[other] { $count } pictures from elsewhere are blocked.
    }
show-pictures = Show pictures
delivery-waiting = Waiting to be sent
delivery-waiting-because = Waiting to be sent: { $reason }
notification = Notification:
delivery-accepted = Handed to Microsoft; its sent copy has not been seen yet
delivery-sent = Sent
delivery-failed = Not sent: { $reason }
delivery-bounced = Came back undelivered: { $reason }
trouble-refused = Microsoft refused it ({ $detail })
trouble-unconfirmed = Microsoft accepted it, but no sent copy was found. It was not sent again, because it may have arrived: please ask the customer, then answer anew
trouble-no-connection = no support address is connected
trouble-template = the text of the trigger is broken ({ $detail })
trouble-address-deleted = the support address was deleted
trouble-address-deleted-unconfirmed = the support address was deleted while it was being sent; it may have arrived
trouble-again = it did not work yet and is tried again by itself ({ $detail })
support-address = Answered from
no-address = The address was deleted
address-broken-note = Answers wait until it is reconnected.
follows = Follows
created = Created
history = History
audit-created = Ticket created
audit-change = { $field }: { $from } → { $to }
audit-notification = Mail to { $recipients }: { $subject }
audit-delivery-failure = Delivery failed: { $reason }

## Admin Center
channels = Channels
talk-and-email = Talk and email
email-channel = Email
email-channel-text = Connect mailboxes: their mail becomes tickets, and answers leave from the same mailbox.
support-addresses = Support addresses
support-addresses-text = The addresses your customers write to, and how they are reached.
manage-addresses = Manage support addresses
address-count = { $count ->
        [0] No address yet
        [one] One address
       *[other] { $count } addresses
    }
broken-count = { $count ->
        [one] One address has lost its connection.
       *[other] { $count } addresses have lost their connection.
    }

## Support addresses
add-address = Add address
connect-external = Connect external address
addresses-empty = No mailbox is connected yet.
addresses-empty-next = Connect your Microsoft 365 mailbox: new mail then becomes tickets within seconds.
connected-notice = The mailbox is connected. New mail becomes tickets from now on.
broken-title = { $address } is not connected
broken-effect = Until it is reconnected, no mail is read, and nothing is sent from this address; what waits is kept.
connection-type = Connection type
connector-name = MS Exchange connector
default = Default
default-explained = { $address } is the default address: password and invitation mail leaves from it. So only an address that has proved itself can become the default.
default-missing = There is no default address yet. The first address whose test mail comes back becomes the default by itself.
default-no-delete = This is the default address and cannot be deleted. Make another address the default first.
make-default = Make default
view-details = View details
reconnect = Reconnect
delete = Delete
options-for = Options for { $address }
waiting-line = Waiting: { $waiting_in } in, { $waiting_out } out
import-progress = { $done } of { $found } mails imported
import-listing = Looking for the newest mails…
import-finished = Import finished: { $done } mails
import-title = Import of old mail
import-silent = Nothing is sent to anybody for imported mail.

## States
state-verified = Verified
state-delayed = Delayed
state-error = Error
since = since
verified-cause = The connection works.
verified-next = Nothing needs to be done.
delayed-cause = Microsoft asks to wait: too many requests for the moment, or the mailbox is being moved.
delayed-next = This heals by itself. Nothing is lost; mail may come and go later than usual.
needs-sign-in-next = Press Reconnect and sign in with the same Microsoft account. Mail that arrived meanwhile is then read.
missing-scopes-next = Press Reconnect, sign in, and accept all permissions. If Microsoft says that approval is needed, ask an administrator of your organisation to grant them.
needs-administrator-next = Ask an administrator of your Microsoft 365 organisation to allow Postdesk for this mailbox, then press Reconnect.
mailbox-gone-next = Check in the Microsoft 365 admin center whether the account still has an Exchange Online licence and its mailbox. Restore it, then press Reconnect; or delete the address here.
microsoft-said = What Microsoft said
fact-code = Code
fact-number = Number
fact-message = Message
fact-request-id = Request id (for Microsoft’s support)

## Address details
connection = Connection
account = Microsoft account
tenant = Tenant
scopes = Permissions
connected-at = Connected
last-read = Last read
last-sent = Last sent
waiting-in = Waiting to be read
waiting-out = Waiting to be sent
accounted-title = Every mail accounted for
accounted-text = Seen in this mailbox: { $seen }. Waiting for an outcome: { $waiting }.
unacknowledged = Not yet marked as read in Outlook
delete-title = Delete address
delete-address = Delete address
delete-effect-in = Mail to this address is no longer read. The mailbox itself and its mail stay as they are.
delete-effect-out = Nothing more is sent from this address.
delete-effect-tickets = Its tickets are answered from { $address } from then on.
delete-effect-tickets-none = Its tickets stay; there is no default address to answer them from.
delete-effect-ledger = The record of its mail is kept: connected anew, no mail becomes a second ticket.
delete-waiting = { $count ->
        [one] One mail is still waiting to be sent and will not be sent.
       *[other] { $count } mails are still waiting to be sent and will not be sent.
    }

## Connecting
connect-choose-text = Where does the mailbox live?
exchange-connector = Microsoft Exchange connector
exchange-connector-text = For a mailbox in Microsoft 365 (Exchange Online). Mail is read and sent through Microsoft Graph.
connect-steps-title = What will happen
connect-step-1 = You are sent to Microsoft and sign in there as the mailbox to be connected.
connect-step-2 = Microsoft shows the permissions that Postdesk needs; accept them.
connect-step-3 = Back here you see which account came back, and confirm it. Nothing is saved before.
connect-step-4 = From then on new mail becomes tickets, is marked as read and gets a category in Outlook. It is never deleted or moved.
connect-approval-note = In many organisations an administrator must approve a new application first. If Microsoft says so, send this page to your Microsoft 365 administrator.
brand-help = Tickets of this mailbox belong to this brand.
import-tick = Make tickets of the newest 300 mails
import-tick-help = Read or unread, from the Inbox. Nobody is sent anything for them. Left unticked, nothing old comes in.
permissions-title = The permissions, and what they are for
scope-openid = To know which account has signed in
scope-offline = To go on reading while nobody is signed in
scope-user = To show you the account’s name and address
scope-read = To read mail, mark it as read, give it a category, and prepare answers
scope-send = To send answers from this mailbox
departure-title = On to Microsoft
departure-text = You will sign in at { $host }. Choose the account of the mailbox that you want to connect.
departure-link = Continue to Microsoft
confirm-title = Is this the right mailbox?
confirm-text = Microsoft signed in this account:
signs-in-as = signs in as { $account }
confirm-address = { $address } becomes a support address.
confirm-brand = Its tickets belong to the brand { $brand }.
confirm-import = The newest { $count } mails become tickets. Nobody is sent anything for them.
confirm-no-import = No old mail becomes a ticket.
confirm-reconnect = Reading goes on where it stopped, and what waits is sent.
confirm-nothing-saved = Nothing has been saved so far.
wrong-account = That is the wrong account
connect-failed-title = The mailbox was not connected
connect-again = Try again

## Mail log
mail-log = Mail log
mail-log-text = Every message seen in your mailboxes, with what became of it and why.
log-summary = { $seen } seen, { $waiting } waiting.
open-mail-log = Open the mail log
mailbox = Mailbox
outcome = Outcome
filter = Filter
log-empty = No message here.
log-empty-next = Messages appear as soon as a connected mailbox has been read; or choose another filter.
log-last-error = Last attempt ({ $attempts }) failed: { $error }
reason-message-id = The same mail (Message-ID) had come before
reason-content = A mail with the same content had come before
reason-empty = The mail has no content
reason-no-headers = The mail has no headers
reason-no-mime = Microsoft could not hand out the original
reason-end-user-reply = Answer by the customer
reason-agent-reply = Answer by an agent
reason-automatic-reply = Automatic answer: the ticket was not reopened
reason-third-party-reply = Answer by somebody else: kept as an internal note
reason-cc-without-requester = A CC answered without the requester: kept as an internal note
reason-private-ticket = The ticket is internal: kept as an internal note
reason-quotes-private-comment = Quotes an internal note: kept as an internal note
outcome-waiting = Waiting
outcome-new-ticket = New ticket
outcome-reply = Reply
outcome-follow-up = Follow-up
outcome-duplicate = Duplicate
outcome-suspended = Suspended
outcome-rejected = Rejected
outcome-bounce = Bounce of ours
outcome-own-mail = Our own mail
outcome-unreadable = Unreadable, kept as ticket
outcome-vanished = Gone before it was read

## What goes wrong: the desk
forbidden-title = This page is for administrators
forbidden-cause = Your account may not do this.
forbidden-next = Ask an administrator of this desk to do it, or to change your role.
not-found-title = Not found
not-found-cause = There is nothing at this address, or it has been deleted.
not-found-next = Check the address, or search for the ticket.
wrong-login-title = Sign-in failed
wrong-login-cause = The address or the password is wrong.
wrong-login-next = Check both and try again.
too-many-attempts-title = Too many attempts
too-many-attempts-cause = There were too many failed sign-ins for this address.
too-many-attempts-next = Wait a few minutes, then try again.
not-registered-title = Microsoft is not set up yet
not-registered-cause = This desk has no application registration at Microsoft Entra.
not-registered-next = The operator of this desk must register it once and enter client id and secret into the configuration.
unknown-sign-in-title = This sign-in cannot be used
unknown-sign-in-cause = It was used already, has expired, or was started in another browser or by another administrator.
unknown-sign-in-next = Nothing was saved. Start connecting anew from the support addresses.
other-account-title = That is another account
other-account-cause = { $got } signed in, but this address is connected through { $expected }.
other-account-next = Press Reconnect again and choose { $expected } in Microsoft’s account list. Nothing was changed.
address-in-use-title = The address is in use
in-use-by-connection-cause = { $address } is connected already as a support address.
in-use-by-staff-cause = { $address } is the address of { $name }, a member of your staff.
in-use-by-end-user-cause = { $address } is the address of { $name }, an end user.
in-use-by-connection-next = Use Reconnect if its connection is lost. To connect it anew, delete the address first.
in-use-by-person-next = A support address cannot be a person’s address. Connect another mailbox, or give that person another address first.
default-address-title = Not possible for the default address
default-address-cause = The default address must always work: password and invitation mail leaves from it. It can be neither deleted nor disconnected, and only an address that works can become it.
default-address-next = Make another verified address the default first.
closed-title = The ticket is closed
closed-cause = A closed ticket cannot be changed any more.
closed-next = When the customer writes again, a follow-up ticket is made.
invalid-title = Something is missing
invalid-next = Correct it and send the form again.
problem-empty = { $field }: must not be empty.
problem-too-long = { $field }: too long.
problem-too-short = { $field }: too short.
problem-too-large = { $field }: too large.
problem-unknown = { $field }: not known.
problem-not-staff = { $field }: not a member of the staff.
problem-other = { $field }: not valid.
cross-site-title = The form was not accepted
cross-site-cause = It was sent from another site, or from an old browser.
cross-site-next = Open this desk at its usual address and try again.
too-large-title = Too large
too-large-cause = The answer with its files is larger than Exchange Online can send.
too-large-next = Go back and attach fewer or smaller files.
bad-request-title = This request cannot be understood
bad-request-cause = The address or the form is not complete.
bad-request-next = Go back and try again.
own-fault-title = Something went wrong here
own-fault-cause = The desk could not do this. It is not your fault, and no mail is lost.
own-fault-next = Try again in a moment. If it stays, the operator finds the cause in the desk’s log.

## What goes wrong: Microsoft
microsoft-title = Microsoft did not do what was asked
ms-no-answer-cause = Microsoft did not answer.
ms-no-answer-next = Check this machine’s internet connection and try again in a few minutes.
ms-throttled-cause = Microsoft asks to wait: there were too many requests.
ms-throttled-next = Try again in a few minutes.
ms-server-cause = Microsoft’s servers failed.
ms-server-next = Try again in a few minutes. If it stays, look at the service health in the Microsoft 365 admin center.
ms-moving-cause = The mailbox cannot be reached for the moment; perhaps Microsoft is moving it.
ms-moving-next = Try again later; this heals by itself.
ms-access-token-cause = Microsoft no longer accepts the access that it gave.
ms-access-token-next = Sign in again.
ms-sign-in-cause = Microsoft wants this account to sign in again: perhaps its password was changed, its sessions were revoked, or a new rule demands it.
ms-sign-in-next = Sign in again with the account of the mailbox.
ms-consent-cause = The permissions were not granted: they were declined, or an administrator of your organisation must approve them.
ms-consent-next = Try again and press Accept. If Microsoft asks for an administrator’s approval, ask your Microsoft 365 administrator to grant it for Postdesk.
ms-missing-scopes-cause = Microsoft did not grant all permissions. Missing: { $scopes }
ms-missing-scopes-next = Try again and leave all permissions ticked. If they are not offered, an administrator of your organisation must grant them.
ms-denied-cause = Microsoft refuses access: a permission or a right to the mailbox is missing, or a rule of your organisation forbids it.
ms-denied-next = Ask an administrator of your Microsoft 365 organisation, and show them the code below.
ms-app-credential-cause = Microsoft does not accept the desk’s own client secret: it is wrong or has expired.
ms-app-credential-next = The operator of this desk must make a new secret at Microsoft Entra and enter it into the configuration.
ms-app-config-cause = The desk’s registration at Microsoft Entra does not fit: for example, its redirect address is not registered there.
ms-app-config-next = The operator of this desk must compare the registration with the configuration.
ms-mailbox-gone-cause = This account has no mailbox in Exchange Online: it has no licence, was deleted, or its mailbox is on a server of your own.
ms-mailbox-gone-next = Give the account an Exchange Online licence, or choose another account. Mailboxes on servers of your own cannot be connected this way.
ms-not-found-cause = Microsoft no longer has what was asked for.
ms-not-found-next = It was probably deleted in Outlook. Nothing needs to be done.
ms-resync-cause = Microsoft has forgotten where reading stood.
ms-resync-next = The desk starts the folder again by itself; no mail becomes a second ticket.
ms-conflict-cause = Somebody changed the same thing at the same time.
ms-conflict-next = Try again.
ms-poison-item-cause = Microsoft cannot hand out this one message.
ms-poison-item-next = The desk goes on with the others and keeps this one in the mail log.
ms-refused-cause = Microsoft refuses this message: it is too large, has too many recipients, or the mailbox is full.
ms-refused-next = Make it smaller or free space in the mailbox, then answer again.
ms-bad-request-cause = Microsoft did not understand the desk’s request.
ms-bad-request-next = This is probably a fault of Postdesk. Please report it with the code below.
ms-not-genuine-cause = The answer did not prove that it came from Microsoft. Nothing of it was used.
ms-not-genuine-next = Try again from the start. If it happens again, tell the operator of this desk: somebody may be interfering, or a clock is wrong.
ms-unexpected-cause = Microsoft’s answer does not look as promised.
ms-unexpected-next = Try again. If it happens again, please report it.


## Registration, consent and ways to sign in



## Connection details and check-up



## Forwarding



## Team, invitations and passwords



## Imports
default-needs-working = Only an address whose connection works can become the default.
default-needs-proof = Before it becomes the default, a test mail is sent from this address to itself. When it is back, the address becomes the default by itself: password and invitation mail will leave from it, and must not get lost.
proving-notice = A test mail is on its way from the address to itself. As soon as it is back, usually within a minute, the address becomes the default. This page shows it by itself.
proof-title = Sending and receiving
proof-text = A test mail from this address to itself shows that mail really leaves and comes in. It makes no ticket.
proof-under-way = A test mail is on its way.
proof-under-way-default = A test mail is on its way. When it is back, this address becomes the default.
proof-not-returned = The last test mail has not come back. Check whether it lies in the junk folder, or whether a rule in the mailbox moves it out of the Inbox; then send another.
proof-last = Last came back:
proof-send = Send a test mail
not-proved-cause = Password and invitation mail leaves from the default address. So only an address that has sent and received a test mail in the last hour can become it.
not-proved-next = Send a test mail from the address’s details page, and try again when it is back.
no-way-out-title = Nothing can be sent now
no-way-out-cause = The connection by which this mail would leave does not work, or none is set up.
no-way-out-next = Repair the connection of the address, or set up the desk’s own way to send mail, then try again.



## Notifications and alarms

alarms = Alarms
alarms-text = What needs somebody. It is told here, by mail over a connection that is not in trouble itself, and by webhook; once, again each day while it lasts, and when it is over.
alarms-banner = { $count ->
    [one] Something needs you.
   *[other] { $count } things need you.
 }
alarms-banner-link = Look at the alarms
alarms-none = Everything is in order
alarms-none-text = No alarm is open.
alarms-since = Since
alarms-told = told
alarms-microsoft-said = Microsoft says:
alarms-to-address = Go to the address
alarms-ways = Who is told
alarms-way-address = By mail to { $people }, at the moment from { $address }.
alarms-way-system = By mail to { $people }, by the desk’s own connection.
alarms-way-none = Nobody can be told by mail at the moment: every connection is in trouble, and the desk has no connection of its own.
alarms-way-nobody = Nobody is told by mail: none of the addresses can be used.
alarms-last-post = Webhook, last used
alarms-post-done = taken
alarms-post-failed = not taken ({ $error }); it is tried again
alarms-post-waits = on its way
alarms-test = Send a test
alarms-test-hook-good = The webhook has taken the test.
alarms-test-hook-bad = The webhook did not take the test: { $error }.
alarms-test-mailed = A test mail is on its way to { $people }.
alarms-test-not-mailed = No test mail could be sent: there is no connection that works, or nobody to send it to.
alarms-settings = Settings
alarms-recipients = Mail to
alarms-recipients-help = One address a line. Leave it empty to tell all administrators.
alarms-webhook = Webhook
alarms-webhook-help = A web address that gets a POST with JSON. Redirects are not followed.
alarms-secret = Secret of the webhook
alarms-secret-help = Each message is signed with it, so that the receiver can tell it from a forged one.
alarms-secret-kept = A secret is set. Leave it empty to keep it.
alarms-no-contact = Minutes without contact to a mailbox
alarms-mail-waits = Minutes that mail may wait to be sent
alarms-save = Save
alarms-saved = Saved.
alarms-past = What is over
alarms-bad-recipients = One of the lines is not an email address.
alarms-bad-support-address = A support address cannot be told: its mail would become tickets.
alarms-bad-webhook = The webhook must be an address that begins with https:// or http://, without a name or password in it.
alarms-bad-minutes = Minutes must be a number between 5 and 10,080 (a week).



## API
