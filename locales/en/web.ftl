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
suspended-empty = No mail is waiting here.
suspended-empty-next = Automatic mail, newsletters and mail from doubtful senders make no tickets. They would wait here, each with the reason, until somebody recovers or deletes them.
suspended-sort = Order
suspended-newest = Newest first
suspended-oldest = Oldest first
suspended-by-author = By sender
suspended-by-cause = By cause
suspended-by-subject = By subject
suspended-none-found = Nothing here fits the filter.
suspended-show-all = Show all suspended mail
suspended-search = Subject or sender
suspended-range = { $first }–{ $last } of { $all }
suspended-no-text = (no text)
suspended-mark-all = Mark all
suspended-none-marked = No mail was marked: nothing has been done.
suspended-export = Save as CSV
suspended-lead = Mail that did not become a ticket, each with its reason. It waits here for { $days } days. The mail log keeps its line for good.
suspended-lead-for-ever = Mail that did not become a ticket, each with its reason. It waits here until somebody deletes it. The mail log keeps its line for good.
suspended-kept-until = If nothing is done, it leaves this list:
suspended-delete-block = Delete and block this sender
suspended-block-title = Delete this mail and block { $address }?
suspended-block-effect = From now on mail from this address is always suspended. Administrators change that on the page “Who may write”.
suspended-blocked = Mail from { $address } is suspended from now on.
csv-number = Number
csv-suspended-at = Suspended (UTC)
csv-address = Address
suspended-recover-marked = Recover
suspended-delete-marked = Delete
suspended-previous = Previous page
suspended-next = Next page
suspended-recovered = { $count ->
    [one] One mail was recovered.
   *[other] { $count } mails were recovered.
}
suspended-deleted = { $count ->
    [one] One mail was deleted.
   *[other] { $count } mails were deleted.
}
suspended-failed = { $count ->
    [one] One mail was not in the queue any more, or could not be read.
   *[other] { $count } mails were not in the queue any more, or could not be read.
}
suspended-there = Nothing was made: the same mail had come in meanwhile. It is in
suspended-delete-title = { $count ->
    [one] Delete one suspended mail?
   *[other] Delete { $count } suspended mails?
}
suspended-delete-effect = They cannot be recovered afterwards. The mail log keeps a line about each, and the mail itself stays in the mailbox.
suspended-delete = Delete
suspended-why = Why it was suspended
suspended-becomes = If you recover it
suspended-recover = Recover
suspended-recover-allow = Recover and always allow this sender
suspended-recover-changed = Recover with these changes
suspended-headers = All headers
suspended-change = Recover after a change
suspended-change-help = The ticket then shows plain text. The original mail stays one click away.
suspended-change-name = Requester’s name
suspended-change-address = Requester’s address
suspended-change-files = Keep the files
suspended-bad-address = This is not a mail address.
suspended-bad-empty = The text must not be empty.
suspended-bad-long = Subject or text is too long.
suspended-bad-support = A support address cannot be a requester.
becomes-ticket = It becomes a new ticket of { $requester }.
becomes-follow-up = It becomes a new ticket that follows the closed ticket #{ $ticket }.
becomes-reply = It becomes a public comment on ticket #{ $ticket }.
becomes-note = It becomes an internal note on ticket #{ $ticket }.
becomes-duplicate = Nothing: the same mail is in ticket #{ $ticket } already.
becomes-nothing = No ticket: it is a report about, or a copy of, a mail of ours.
becomes-robot = A machine wrote it: it gets no automatic mail, agents’ answers still reach it.
later-recovered = recovered by an agent
later-recovered-changed = recovered by an agent, after a change
later-duplicate = the same mail had come in when an agent wanted to recover it
later-deleted = deleted from the suspended tickets by an agent
later-expired = kept among the suspended tickets until its time was over
cause-auto-mailer = Sent by a machine
cause-loop = Too many mails of one sender or to one ticket within an hour: a mail loop
cause-unknown-user-update = An unknown person answered on a ticket
cause-other-user-update = Somebody answered on another person’s ticket
cause-auto-delivery-failure = Delivery failure that names no mail of ours
cause-auto-vacation = Out-of-office reply
cause-system-user = From a mail system (mailer-daemon, postmaster)
cause-from-support-address = Written by one of our own support addresses
cause-unknown-author = No usable sender
cause-not-on-allowlist = The sender is not on the allowlist
cause-blank = Neither subject nor text nor files
cause-signup-required = From somebody the desk does not know
cause-blocklisted = The sender is on the blocklist
cause-failed-authentication = The sender’s address is probably forged

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
answer-files-help = Up to 7 MB for each file and 10 MB together travel in the mail; what is larger goes as a link.
answer-too-large = The files are too large: at most { $most } MB together. Nothing was sent.
answer-file-along = in the mail
answer-file-link = as a link
file-links = Links to files
file-links-open = Links of this ticket
file-links-back = Back to ticket #{ $id }
file-links-text = Files too large for a mail were sent as links. Whoever has a link can download the file until it expires. Renewing makes the link in the mail work again.
file-links-none = No links have been sent for this ticket
file-link-open = Open
file-link-until = until
file-link-ended = Ended
file-link-renew = Renew
file-link-revoke = Close now
file-expired-title = This link has expired
file-expired-text = For safety, links to files work for a limited time only. Please reply to the email that you got the link with, and ask for the file again.
file-unknown-title = This link does not work
file-unknown-text = Please check that you copied the whole address. If it still does not work, reply to the email that you got it with.
submit-as = Submit as
submit = Submit
take-it = Assign to me
closed-note = This ticket is closed. A reply by the customer makes a follow-up ticket.
not-kept = This was not kept; copy it before you leave the page
automatic = Automatic
automatic-help = Written by a machine: it neither reopens the ticket nor is answered by triggers.
spoof-title = This mail may be forged.
spoof-warning = Its sender could not be authenticated. Do not trust links or bank details in it.
spoof-staff-unproved = It names a member of your team as its sender, and nothing proves that. It has no agent’s rights.
spoof-staff-in-reply-to = Only its Reply-To names a member of your team; From is somebody else. It has no agent’s rights.
spoof-staff-in-name = Its sender’s name is the address of one of your team or one of your support addresses, but the mail came from another address. Anybody can write any name.
loop-title = Automatic mail was stopped:
loop-author = too many mails of one sender within an hour look like a loop. What agents write is still sent.
loop-ticket = too many mails to this ticket within an hour look like a loop. What agents write is still sent.
loop-mailbox = unusually many new tickets came in by this mailbox within an hour. What agents write is still sent.
loop-same = many mails that read the same came in within an hour, which looks like a loop. What agents write is still sent.
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
quoted-fold = Quoted text and signature
files = Files
show-all = Show the whole mail
mail-details = Mail details
mail-from = From
mail-reply-to = Reply-To
mail-to = To
mail-subject = Subject
why-here = Why in this ticket?
why-here-first = It refers to no earlier mail: it made this ticket.
signal-token = Carries our signed mark of ticket #{ $ticket } in its text
signal-address-token = Was sent to an address with our signed mark of ticket #{ $ticket }
signal-in-reply-to = Answers a mail of this ticket (In-Reply-To: { $id })
signal-references = Names a mail of this ticket (References: { $id })
signal-awaited = A mail of this ticket answers it and came earlier ({ $id })
signal-came-early = Answers a mail that came later ({ $id })
signal-shared-id = Another mail, in ticket #{ $ticket }, has the same Message-ID ({ $id }). The two differ, so each is kept
signal-split-from = An agent split it off from ticket #{ $ticket }
signal-show = show that mail
conflicts = Signals for other tickets
conflict-token = Carries our signed mark of ticket #{ $ticket }
conflict-in-reply-to = Answers a mail of ticket #{ $ticket } (In-Reply-To: { $id })
conflict-references = Names a mail of ticket #{ $ticket } (References: { $id })
conflict-awaited = A mail of ticket #{ $ticket } answers it and came earlier ({ $id })
conflict-line = { $what } – not used, because { $why }
passed-weaker = a stronger signal decided
passed-no-part = the sender has no part in that ticket
passed-closed = that ticket is closed
copies = Also came
copy-line = to { $address }, { $when }
copy-changed-line = to { $address }, { $when }, changed on the way (mailing list or forwarding)
split = Split off …
split-help = This mail becomes a ticket of its own with { $name } as requester; replies to it go there. Nothing is sent. To undo it, merge that ticket into this one.
split-button = Make it a ticket of its own
merge = Merge into another ticket …
merge-help = This ticket is closed. Its conversation is shown in the other ticket, and replies to it go there. A comment in each ticket says so.
merge-into = Number of the other ticket
merge-cc = Add its requester and CCs to the other ticket’s CCs (otherwise they cannot write there)
merge-button = Merge
merge-comment = Comment about the merge
merge-comment-auto = Public if both tickets are one requester’s, else an internal note
merge-comment-private = Internal note (nothing is sent)
merge-comment-public = Public (the customers are told by email)
merge-undo-help = A merge can be undone on this ticket’s page. What the customers were told and mails that came meanwhile stay where they are.
unmerge = Undo the merge …
unmerge-help = This ticket gets the status that it had, and replies to its mails come here again. What stays in ticket #{ $ticket }: mails that came there since the merge (split them off there), people added to its CCs, and the comment about the merge.
unmerge-button = Undo the merge
merged-into = This ticket was merged into
merged-from = Merged into this ticket
from-ticket = from #{ $ticket }
original = Download the original mail (.eml)
pictures-blocked = { $count ->
        [one] One picture from elsewhere is blocked.
       *[other] { $count } pictures from elsewhere are blocked.
    }
show-pictures = Show pictures
pixels-removed = { $count ->
        [one] A tracking pixel was removed ({ $hosts }).
       *[other] { $count } tracking pixels were removed ({ $hosts }).
    }
links-mislead = { $count ->
        [one] A link in this mail leads to another host than its text names. Its true host stands behind it.
       *[other] { $count } links in this mail lead to another host than their text names. The true host stands behind each.
    }
mail-empty = This mail has no text.
mail-too-large = This mail is too large to be shown as it was designed. Below is its text.
mail-too-large-source = Original mail
source-link = Source
source-title = Original mail
source-raw = Source
source-cut = This is the beginning. Download the original mail for the rest.
source-json = Microsoft could not hand out this mail itself. What it told about the mail is kept instead, as JSON.
back-to-ticket = Back to ticket #{ $ticket }
headers = Headers
headers-none = No headers could be found.
hops = The way it took
hops-help = As the servers wrote it down, first one first. Only the last stations are known to be true: the sender can invent those before.
hop-seconds = { $count } s
hop-minutes = { $count } min
hop-hours = { $count } h
hop-clock = clocks differ
print = Print
print-ticket = Print this ticket
print-with-notes = With internal notes
print-without-notes = Without internal notes
print-with-quotes = With quoted text
print-without-quotes = Without quoted text
danger-program = Program
danger-program-help = Opening this file can run a program.
danger-script = Script
danger-script-help = Opening this file can run a script.
danger-macros = Macros
danger-macros-help = This document contains macros. Do not enable them unless you know who wrote them.
danger-page = Web page
danger-page-help = This file opens in the browser and can imitate a sign-in page.
danger-disguised = Disguised
danger-disguised-help = This file is not what its name makes believe.
danger-container = Program inside
danger-container-help = This archive contains a program, a script or macros.
danger-locked = Password
danger-locked-help = This file is locked with a password, so no virus scanner has seen its content. The password has probably come in another mail.
danger-unseen = Not looked into
danger-unseen-help = This archive could not be looked into. Have it checked before you open what is in it.
delivery-waiting = Waiting to be sent
delivery-waiting-because = Waiting to be sent: { $reason }
notification = Notification:
delivery-accepted = Handed to Microsoft; its sent copy has not been seen yet
delivery-sent = Sent
delivery-failed = Not sent: { $reason }
delivery-bounced = Came back undelivered: { $reason }
delivery-bounced-to = Not delivered to { $address }: { $reason }
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
audit-merged-into = Merged into ticket #{ $ticket }
audit-merged-from = Ticket #{ $ticket } was merged into this one
audit-merge-undone = The merge with ticket #{ $ticket } was undone
audit-split-off = A mail was split off into ticket #{ $ticket }
audit-split-from = Made of a mail of ticket #{ $ticket }
audit-recovered = Suspended mail recovered (it was suspended because: { $cause })
audit-reread = Mail read again with today’s reader: { $changed }
audit-delivery-failure = Delivery failed: { $reason }
audit-template-replaced = The mail was sent in the standard template, because the account’s own is broken: { $fault }
audit-not-done = Asked for by mail and not done: { $lines }
not-done-title = Not everything in this mail was carried out
not-done-unknown = “{ $line }”: there is no such command. The commands are listed in Admin Center under “Mail template”.
not-done-not-here = “{ $line }”: this desk has no groups and no ticket types. Nothing was changed by it.
not-done-no-value = “{ $line }”: a value is missing after the command.
not-done-bad-value = “{ $line }”: this value is not known. Set it in the ticket.
not-done-no-such-agent = “{ $line }”: no agent, or more than one, has this name. Write the email address.
not-done-only-when-new = “{ $line }”: the requester can be chosen only in the mail that makes the ticket.
not-done-sender-without-address = The forwarded mail names its sender without an address ({ $line }), so the ticket is yours. Forward it again with “#requester name@example.com” in the first line.
not-done-support-address = { $line } is a support address and cannot be a requester, so the ticket is yours.
not-done-own-mail = The forwarded mail is your own ({ $line }), so the ticket is yours.
not-done-switched-off = “{ $line }”: this account does not make tickets for others by mail. An administrator can allow it.

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
brand-help = Tickets of this mailbox belong to this brand.
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
confirm-no-import = No old mail becomes a ticket.
confirm-reconnect = Reading goes on where it stopped, and what waits is sent.
confirm-nothing-saved = Nothing has been saved so far.
wrong-account = That is the wrong account
connect-failed-title = The mailbox was not connected
connect-again = Try again

## Mail log
mail-log = Mail log
senders-title = Who may write
senders-text = These rules are about senders. They decide for every mail that comes, and for imported mail.
senders-allow = Allowlist
senders-allow-help = Addresses and domains with spaces between them, such as partner.example or ann@partner.example. Their automatic mail may make tickets too. A domain does not include its subdomains.
senders-block = Blocklist
senders-block-help = Mail is suspended; with reject: before an entry it is refused and leaves only a line in the mail log. * means everybody who is not on the allowlist and whom the desk does not know. Where two entries fit, the closer one wins; equally close, the allowlist wins over the blocklist, and suspend: over reject:.
senders-anyone = Anyone may write to the desk
senders-anyone-help = Otherwise mail from people the desk does not know is suspended, unless they are on the allowlist.
senders-auth = Suspend mail whose sender is probably forged
senders-auth-help = Exchange’s check of the sender (DMARC) failed. Otherwise such mail comes in with a warning.
senders-retention = Days that suspended mail is kept
senders-retention-help = 1 to 365. Empty: until somebody deletes it.
senders-foresee = Show what this would have done
senders-foresee-help = Showing it saves nothing. The mail of the last { $days } days is judged by the rules above, as new mail would be.
senders-more = and { $count } more
senders-cut = There is more mail than that: only the newest { $count } messages were looked at.
senders-changed-meanwhile = Nothing has been saved: somebody else changed these rules while you had them open. Your entries are still in the form. Compare them with the lists that are in force now, and save again.
senders-save = Save
senders-saved = Saved. It counts from now on.
senders-forecast = What this would have done in the last { $days } days
senders-judged = { $count } mails were looked at.
senders-unjudged = About { $count } mails nothing can be said: their originals would have to be read again.
senders-would-suspend = Would have been suspended: { $count }
senders-would-reject = Would have been refused: { $count }
senders-would-admit = Would no longer be kept out: { $count }
senders-no-effect = It would have changed nothing.
senders-fault-allow = Allowlist, word { $number } “{ $word }”: { $problem }
senders-fault-block = Blocklist, word { $number } “{ $word }”: { $problem }
senders-fault-address = neither an address nor a domain.
senders-fault-star = * can stand on the blocklist only.
senders-fault-prefix = a prefix can stand on the blocklist only.
senders-fault-unknown = only suspend: and reject: can stand before an entry.
senders-fault-long = the list is longer than 10,000 characters.
senders-bad-lists = The allowlist or the blocklist holds a word that is no address and no domain.
senders-bad-retention = Days must be between 1 and 365, or empty.
senders-open = Who may write
replay-open = Read again
replay-title = Read again with today’s reader
replay-text = The kept original is read again as it would be read today. Nothing is sent, no trigger runs, and the outcome stays.
replay-alike = It is read today as the desk shows it.
replay-shown = Shown now
replay-today = Read today
replay-apply = Apply
replay-applied = The comment now shows the mail as it is read today. Nothing was sent.
replay-nothing = (nothing)
replay-yes = Yes
replay-no = No
replay-told-only = Only for information
replay-no-comment = This mail made no comment: nothing can be applied.
replay-not-kept = There is no original of this mail.
replay-by-agent = An agent wrote this mail: its commands were carried out when it came, and its comment stays as it is.
replay-undone = The import of this mail was taken back.
replay-changed-by-agent = An agent changed this mail when recovering it: that stays.
mail-log-text = Every message seen in your mailboxes, with what became of it and why.
log-summary = { $seen } seen, { $waiting } waiting.
open-mail-log = Open the mail log
mailbox = Mailbox
outcome = Outcome
filter = Filter
log-empty = No message here.
log-empty-next = Messages appear as soon as a connected mailbox has been read; or choose another filter.
log-none-found = No message fits the filter.
log-show-all = Show all messages
log-search = Sender, subject or address
log-last-error = Last attempt ({ $attempts }) failed: { $error }
reread-ticket = Ticket
reread-subject = Subject
reread-author = Sender
reread-people = Recipients
reread-text = Text
reread-full-text = Text with quotations
reread-html = HTML
reread-files = Files
reread-kind = Automatic
reread-extras = Invitation and signature
reason-message-id = The same mail (Message-ID) had come before
reason-message-id-changed = The same mail (Message-ID) had come before; this copy was changed on the way (mailing list or forwarding)
reason-shared-id = Has the Message-ID of another mail but is not the same: both are kept
reason-late-original = Came after its reply and was put before it
no-duplicate = Not a duplicate …
no-duplicate-help = The mail is taken in as one of its own, as if it came now: triggers run. This row keeps its outcome and refers to the new one.
no-duplicate-button = Take it in
taken-again = Taken in after all
reason-content = A mail with the same content had come before
reason-round-trip = The test mail by which the address proved itself
reason-empty = The mail has no content
reason-no-headers = The mail has no headers
reason-no-mime = Microsoft could not hand out the original
reason-end-user-reply = Answer by the customer
reason-agent-reply = Answer by an agent
reason-agent-note = Note by an agent
reason-agents-write-notes = By an agent: kept as an internal note, as the account has it
reason-on-behalf = New ticket for the sender of a mail that an agent passed on
reason-automatic-reply = Automatic answer: the ticket was not reopened
reason-third-party-reply = Answer by somebody else: kept as an internal note
reason-cc-without-requester = A CC answered without the requester: kept as an internal note
reason-private-ticket = The ticket is internal: kept as an internal note
reason-quotes-private-comment = Quotes an internal note: kept as an internal note
try-again = Try again now
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
not-registered-next = Register it once: Admin Center > Email > Microsoft registration has a guide and checks what you enter.
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
problem-first-comment = The first mail of a ticket cannot be split off.
problem-no-mail = Only what came by mail can be split off.
problem-same-ticket = A ticket cannot be merged into itself.
problem-not-merged = This ticket is not merged into another.
problem-unknown-ticket = There is no such ticket.
problem-no-duplicate = This mail is not a duplicate, or has been taken in after all.
problem-not-staff = { $field }: not a member of the staff.
problem-other = { $field }: not valid.
cross-site-title = The form was not accepted
cross-site-cause = It was sent from another site, or from an old browser.
cross-site-next = Open this desk at its usual address and try again.
too-large-title = Too large
too-large-cause = What was sent is larger than this page takes.
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
sign-in-disabled-cause = The Microsoft account of this mailbox is disabled.
sign-in-disabled-next = Ask an administrator to enable the account in the Microsoft Entra admin center, then press Reconnect. For a mailbox of several people, a shared mailbox is safer: it does not depend on one account.
sign-in-locked-cause = The Microsoft account of this mailbox is locked: there were too many failed sign-ins, or they came from a suspicious place.
sign-in-locked-next = Wait until the lock ends or ask an administrator to look at the sign-in logs of Microsoft Entra, then press Reconnect.
sign-in-unassigned-cause = The Microsoft account of this mailbox is not assigned to Postdesk, and your organisation lets only assigned people use it.
sign-in-unassigned-next = Ask an administrator: Microsoft Entra admin center > Enterprise applications > Postdesk > Users and groups > Add user. Then press Reconnect.
sign-in-policy-cause = A rule of your organisation (Conditional Access or security defaults) does not let Postdesk in with this account.
sign-in-policy-next = Ask an administrator to find the refusal in the sign-in logs of Microsoft Entra by the request id, and to change or exempt what the rule demands. Then press Reconnect.
sign-in-unknown-cause = Your organisation’s directory no longer knows the Microsoft account of this mailbox.
sign-in-unknown-next = Ask an administrator whether the account was deleted or renamed (a deleted one can be restored for 30 days). Then press Reconnect.
sign-in-proof-cause = Microsoft demands a second proof of identity (multi-factor authentication) for this account.
sign-in-proof-next = Press Reconnect, sign in with the same account and give the second proof. Mail that arrived meanwhile is then read.
sign-in-password-cause = The password of this Microsoft account has expired or was changed.
sign-in-revoked-cause = The sign-ins of this Microsoft account were withdrawn: its sessions were revoked or its password was reset.
sign-in-expired-cause = The sign-in of this account has ended: it was not used for too long, or a rule of your organisation limits how long it lasts.
sign-in-same-next = Press Reconnect and sign in with the same Microsoft account. Mail that arrived meanwhile is then read.
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
ms-mailbox-gone-next = Look at the account in the Microsoft 365 admin center: without a licence for Exchange Online, assign one; under “Deleted users” or inactive mailboxes, restore it; a recipient of the type “MailUser” lies on a server of your own and cannot be connected this way. Or choose another account.
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
mail-template = Mail template
mail-template-about = How mail to customers looks: the template, signatures, and what agents may do by mail.
mail-template-open = Open the mail template
mail-template-text-lead = The frame around every mail to customers and agents, once as HTML and once as plain text. Each mail carries both.
mail-template-html = HTML template
mail-template-text = Text template
mail-template-preview = Preview
mail-template-show = Show
mail-show = Show
mail-show-html-en = HTML, English
mail-show-html-ja = HTML, Japanese
mail-show-text-en = Text, English
mail-show-text-ja = Text, Japanese
mail-template-test = Send a test to me
mail-template-sent = A test mail is on its way to { $address }.
mail-template-saved = Saved. It applies to mail from now on.
mail-template-reset = Back to the standard template
mail-template-reset-text = Your own template is discarded. Signatures and rules stay.
mail-template-reset-done = The standard template is in use.
mail-template-no-way-out = Nothing can be sent now: no support address works, and the desk has no mail server of its own.
mail-template-not-used = Your template is not in use: mail goes out in the standard one until it is corrected.
mail-fault-no-content = { $form }: the placeholder “content” is missing, or appears only sometimes. Mails would be empty.
mail-fault-no-delimiter = { $form }: the placeholder “delimiter” is missing. Without it whole threads would be taken for new text.
mail-fault-delimiter = The delimiter must have { $least } to { $most } characters.
mail-fault-too-long = { $form }: too long.
mail-fault-line = { $form }, line { $line } cannot be read: { $what }. Check that each {"{{"} there is closed by {"}}"} and each {"{%"} if %{"}"} by {"{%"} endif %{"}"}; or go back to the standard template.
mail-fault-broken = { $form } cannot be used: { $what }. Undo the last change, or go back to the standard template.
mail-placeholders = Placeholders
mail-placeholder-content = What the mail says. Must be there.
mail-placeholder-quoted = The last messages before it.
mail-placeholder-signature = The brand’s signature; empty in automatic mail.
mail-placeholder-footer = Whose mail it is.
mail-placeholder-footer-link = In mail to agents, a link into the desk; else empty.
mail-placeholder-delimiter = The line above which one is to write, when it is switched on.
mail-placeholder-frame = Style sheet, attributes of the body, and language (en or ja) of the mail.
mail-placeholder-token = The hidden mark by which replies find their ticket is added by itself.
mail-delimiter = Delimiter
mail-delimiter-off = None
mail-delimiter-off-help = Recommended: what is new in a reply is recognised without it.
mail-delimiter-standard = “Please reply above this line”, in the reader’s language
mail-delimiter-own = Own words, 20 to 65 characters
mail-signature = Signature of { $brand }
mail-signature-text = Stands below what agents write. It may contain:
mail-signature-plain = Text
mail-signature-html = HTML (optional)
mail-signature-html-help = Empty: made from the text.
mail-rules = Agents by mail, and links
mail-rules-on-behalf = A customer’s mail that an agent forwards becomes the customer’s ticket
mail-rules-on-behalf-help = What the agent writes above it becomes an internal note. Only for mail that Microsoft vouches for.
mail-rules-public = Replies of agents by mail are public
mail-rules-public-help = Otherwise they are internal notes unless they begin with #public.
mail-rules-days = Days that a link to a file works
mail-rules-days-help = 1 to 90. Files that do not fit into a mail (7 MB each, 10 MB together) are sent as links.
mail-rules-bad-days = A link can work for 1 to 90 days.
mail-zone = Time zone of dates in mail
mail-zone-text = Dates in mail to customers and agents are written in this time zone.
mail-zone-none = None is set yet: dates are written in UTC, and say so.
mail-zone-name = Time zone
mail-zone-unknown = “{ $zone }” is not a time zone. Choose one from the list, for example Asia/Tokyo.
mail-commands = Commands for agents
mail-commands-text = Lines at the very top of an agent’s mail. They change the ticket and are taken off the comment.
mail-command-status = Sets the status
mail-command-note = Internal note, or public reply
mail-command-assignee = Assigns: me, an address, a name, or none
mail-command-priority = low, normal, high, urgent or none
mail-command-tags = Adds tags
mail-command-requester = Whose ticket it is; for forwarded mail whose sender is not recognised
registration = Microsoft registration
registration-text = The desk’s own registration at Microsoft Entra: without it no mailbox can be connected.
open-registration = Open the registration
registration-lead = So that Microsoft lets Postdesk reach your mailboxes, it must be registered once at Microsoft Entra, as an application of yours. What you enter here is checked with Microsoft before it is saved.
registration-now = In use
registration-in-file = The registration stands in the desk’s configuration file or its environment. It is shown here, and can be changed only there.
registration-saved = The registration is saved.
registration-proved = Microsoft accepted it.
registration-not-disproved = Microsoft knows the application and took the secret or certificate. Without a tenant to ask in, more cannot be tried before the first mailbox is connected.
registration-not-saved = The registration was not saved
registration-form = Enter the registration
registration-save = Check and save
registration-change-note = With another client id, every mailbox that somebody signed in for must be reconnected: sign-ins belong to one application.
client-id = Application (client) ID
audience = Who may connect mailboxes
audience-one = One organisation
audience-one-help = The usual choice: the application is registered for “this organizational directory only”.
audience-many = Any organisation
audience-many-help = For mailboxes in several Microsoft 365 tenants: registered as “Accounts in any organizational directory”.
tenant-help = The directory (tenant) ID, or one of the organisation’s domains. For “any organisation” it may stay empty; with it, the check is more thorough.
credential = How the desk proves itself
credential-secret = Client secret
credential-certificate = Certificate
secret-value = Value of the secret
secret-help = The “Value”, not the “Secret ID”. It is stored encrypted and never shown again.
secret-kept = A secret is kept. Leave this empty to use it.
secret-ends = The secret expires on
secret-ends-help = As Entra shows it. You are warned in time; on that day every mailbox stops.
ends-on = Expires
ends-unknown = Not known. Enter the day, so that you are warned in time.
saved-at = Saved
certificate-title = A certificate instead of a secret
certificate-text = Safer than a secret: the private key is made here and never leaves the desk. Upload the certificate at Entra under “Certificates & secrets”, then choose “Certificate” below.
certificate-make = Make a key and a certificate
certificate-made = A new key and its certificate are ready. Download the certificate and upload it at Entra; it is used once you have saved below.
certificate-waits = Ready, not in use yet:
certificate-download = Download the certificate (.cer)
certificate-kept = A certificate is ready; nothing needs to be pasted.
certificate-none = Make one above first, or paste one of your own.
certificate-own = Use a certificate of your own
certificate-pem = Certificate and private key
certificate-pem-help = Both in PEM, one after the other. An RSA key of 2048 bits or more, without a password.
certificate-fault-title = The certificate cannot be used
certificate-fault-none = There is no certificate in the text.
certificate-fault-no-key = There is no private key in the text.
certificate-fault-encrypted = The private key is protected by a password.
certificate-fault-not-rsa = The key is not an RSA key of 2048 bits or more, and Microsoft takes no other.
certificate-fault-mismatch = The private key does not belong to this certificate.
certificate-fault-not-made = The certificate could not be made.
certificate-fault-next = Make one here, or paste certificate and private key in PEM.
cloud = Microsoft cloud
cloud-global = Worldwide (Microsoft 365, GCC)
cloud-gcc-high = US Government GCC High
cloud-dod = US Government DoD
cloud-china = China (21Vianet)
cloud-own = Other addresses
cloud-addresses = Addresses of another cloud
login-url = Sign-in service
graph-url = Microsoft Graph
redirect-uri = Redirect URI
guide-title = How to register, step by step
guide-1 = Sign in to the Microsoft Entra admin center as an administrator, and choose App registrations > New registration.
guide-2 = Name it “Postdesk”. Under “Supported account types” choose “Accounts in this organizational directory only”, unless mailboxes of several organisations are to be connected.
guide-3 = Under “Redirect URI” choose “Web” and enter the first of these addresses; add the second one afterwards under Authentication.
guide-4 = Under “API permissions” add these of Microsoft Graph:
guide-delegated = Delegated, always
guide-shared = Delegated, for shared mailboxes
guide-application = Application, for mailboxes without anybody signing in
guide-5 = Under “Certificates & secrets” make a client secret and copy its value, or upload the certificate made below.
guide-6 = Copy the “Application (client) ID” and the “Directory (tenant) ID” from the overview into the form below, and press “Check and save”.
registration-unreachable = Microsoft’s sign-in service could not be reached, or did not answer properly.
registration-unreachable-next = Check the desk’s internet connection and the chosen cloud, then press “Check and save” again.
registration-secret-wrong = Microsoft knows the application but refuses the secret.
registration-secret-wrong-next = Paste the secret’s “Value”. Often its “Secret ID” is copied by mistake. If the value is no longer shown, make a new secret.
registration-secret-expired = This secret has expired.
registration-secret-expired-next = Make a new secret at Entra and paste its value.
registration-certificate-unknown = Microsoft does not know this certificate, or it has expired.
registration-certificate-unknown-next = Upload the .cer file at Entra under “Certificates & secrets” of this application and compare the thumbprint. It may take a minute until Microsoft knows it.
registration-no-tenant = Microsoft knows no organisation of this name in this cloud.
registration-no-tenant-next = Copy the “Directory (tenant) ID” from the application’s overview, and check the cloud.
registration-no-app = There is no application with this ID in this organisation.
registration-no-app-next = Compare the “Application (client) ID” and the tenant. In an organisation other than its own, the application exists only after an administrator there has approved it.
registration-one-tenant = The application is registered for one organisation only.
registration-one-tenant-next = Choose “One organisation” and enter its tenant, or change the supported account types at Entra.
registration-other-next = Compare what you entered with the application’s overview at Entra, and try again.
registered-in-file-title = Set in the configuration file
registered-in-file-next = The operator of this desk changes it there and restarts the desk.
problem-not-guid = { $field }: must look like 00000000-0000-0000-0000-000000000000.
problem-not-tenant = { $field }: must be a tenant ID or a domain.
problem-not-url = { $field }: must be an https address.
field-mailbox = Address of the mailbox
field-shared = Address of the shared mailbox
way = How is the mailbox reached?
way-own = Its own account signs in
way-own-help = You sign in at Microsoft as the mailbox to be connected.
way-shared = A shared mailbox, through a person
way-shared-help = Somebody signs in who has Full Access and Send As for it. Shared mailboxes cannot sign in themselves.
way-app = Without anybody signing in
way-app-help = Postdesk’s own registration reaches the mailbox. It goes on when people leave or change their passwords; an administrator must approve the application permissions first.
way-tenant-help = The organisation’s tenant ID or domain.
way-change = Change the way of signing in
way-change-text = The same mailbox, { $address }, reached in another way. What has been read, what waits and every ticket stay as they are; the old way works until the new one is confirmed.
approval-note = In many organisations an administrator must approve Postdesk before anybody can sign in: Microsoft then says “Need admin approval”. If you are not the administrator yourself, get a link here first and send it to them. It leads to Microsoft’s approval page; your choices are kept.
approval-ask = Get a link for the administrator
approval-title = Approval by an administrator
approval-text = Send this link to a Microsoft 365 administrator of the organisation whose mailbox is to be connected. They need no account on this desk.
approval-link = Link for the administrator
approval-until = The link works until
approval-waits = Nobody has approved yet. This page shows it by itself when it happens.
approval-given = Approved by an administrator on
approval-tenant = Organisation, as Microsoft’s answer names it:
approval-given-next = You can go on now.
approval-refused = Not approved on
approval-refused-next = The link still works: the administrator can open it again.
approval-go-on = Your choices were kept.
approval-go-on-anyway = If it was approved in another way, you can go on at once. Your choices were kept.
approval-continue = Go on connecting
approval-again = Open the approval again
invitation-title = Approve Postdesk for your organisation
invitation-asked = { $name } ({ $address }) asks for your approval to connect a mailbox of your organisation to the help desk Postdesk.
invitation-mailbox = Mailbox:
invitation-text = Microsoft will ask you to sign in as an administrator and show the permissions. Mail of the connected mailbox becomes tickets, and answers leave from it. Your sign-in is not passed on to Postdesk, and you can take the approval back at any time in the Microsoft Entra admin center.
invitation-by-itself = The application permissions reach every mailbox of your organisation unless you limit them in Exchange Online (RBAC for Applications).
invitation-link = On to Microsoft
invitation-unknown = You do not know the person who asks? Then close this page: nothing has happened.
approved-title = Thank you
approved-text = Microsoft reports that Postdesk was approved. The person who asked sees it and can go on. You can close this page.
not-approved-title = It was not approved
not-approved-text = Microsoft did not report an approval. Nothing was changed. Only an administrator of the organisation can approve.
unknown-consent-title = This link does not work
unknown-consent-cause = The link for approving Postdesk is not known here, or is older than 30 days.
unknown-consent-next = Ask the person who sent it for a new one.
unknown-mailbox-title = No such mailbox
unknown-mailbox-cause = The directory of the organisation has no { $name }.
unknown-mailbox-next = Check the spelling. Microsoft wants the user principal name, which may differ from the mail address.
missing-rights-title = Rights are missing
missing-rights-person = { $person } lacks rights at { $mailbox }: { $rights }.
missing-rights-person-next = An Exchange administrator gives them. It may take up to an hour until they work; then try again.
missing-rights-app = Postdesk’s registration lacks rights at { $mailbox }: { $rights }.
missing-rights-app-next = An administrator approves the application permissions at Entra, or gives them for this mailbox alone in Exchange Online. It may take up to two hours until they work; then try again.
right-full-access = Full Access
right-send-as = Send As
right-app-read = Mail.ReadWrite (application)
right-app-send = Mail.Send (application)
right-app-directory = User.ReadBasic.All (application)
powershell-lines = In Exchange Online PowerShell:
confirm-by-itself = Postdesk’s registration can reach this mailbox:
confirm-shared = This shared mailbox can be opened:
opened-by = by { $account }
confirm-moved = It is reached in another way from then on. What has been read and what waits stays as it is.
send-as-unproved = Reading, writing and the permission to send were tried. Whether Exchange also allows Send As shows only with the first mail. To make sure, an Exchange administrator runs:
scope-shared = The same for a shared mailbox, if you choose one
scope-directory = To find a shared mailbox in the directory
caught-up = { $address } is connected again: { $came_in ->
        [0] no mail had
        [one] one mail had
       *[other] { $came_in } mails had
    } arrived meanwhile and came in, { $went_out ->
        [0] none had
        [one] one had
       *[other] { $went_out } had
    } waited and went out.
ms-on-premises-cause = This mailbox lies on a server of your own organisation, not in Exchange Online.
ms-on-premises-next = Only mailboxes in Exchange Online can be connected this way. Move it there first, or connect its address by forwarding.
ms-unlicensed-cause = This account has no licence for Exchange Online, so it has no mailbox there.
ms-unlicensed-next = Assign a licence in the Microsoft 365 admin center; a mailbox that was there before is kept for 30 days. Then try again. Or choose another account.
ms-deleted-cause = This account has a licence, but its mailbox in Exchange Online was deleted or is inactive, or has not been made yet.
ms-deleted-next = If the licence is new, wait an hour. Else restore the mailbox in the Exchange admin center (a deleted one is kept for 30 days), then try again.
ms-no-mailbox-cause = This account has no mailbox: it was deleted, or it never had one.
ms-no-mailbox-next = Restore it in the Exchange admin center (a deleted mailbox is kept for 30 days), or choose another account.
ms-not-in-tenant-cause = Postdesk’s registration is not known in this organisation: no administrator there has approved it yet.
ms-not-in-tenant-next = Get a link for the administrator on the page before, and go on after the approval.



## Connection details and check-up

# The list of support addresses
search-addresses = Search addresses and names
field-state = Status
all-brands = All brands
filter-all = All
filter-broken = Error
filter-delayed = Delayed
filter-verified = Verified
addresses-found = { $count ->
        [one] One address
       *[other] { $count } addresses
    }
addresses-none-match = No address matches.
addresses-none-match-next = Try a shorter word, or another brand or status.
show-all-addresses = Show all addresses
brand-addresses = { $count ->
        [one] 1 address
       *[other] { $count } addresses
    }
brand-broken = { $count ->
        [one] 1 with an error
       *[other] { $count } with an error
    }
broken-since = Not connected since
broken-more = { $count ->
        [one] One more address has lost its connection.
       *[other] { $count } more addresses have lost their connection.
    }
broken-show = Show them all
page-of = Page { $page } of { $pages }
page-newer = Previous
edit-address = Edit name and brand
edit-title = Edit support address
edit-name-help = Customers see this name as the sender of your answers.
edit-brand-help = New tickets belong to this brand. Tickets that are there stay in theirs.
address-fixed = The address itself cannot be changed: to use another one, add it and delete this one.
no-reconnect-forwarding = A forwarded address has no sign-in that could be renewed.
system-connection = The desk’s own connection
system-connection-text = The net under password and invitation mail: it is used when the default address cannot send. It belongs to no support address.

# The page of a connection
since-time = since { $time }
connector-details = How it is reached
mode = Signs in
mode-delegated = as a person, with that person’s rights
mode-app-only = as the application itself, without a person
shared-mailbox = Mailbox
permission-granted = granted
permission-missing = missing
permissions-none = This connection needs no permissions at Microsoft.
activity = Coming and going
today-in = Came in today
today-out = Sent today
how-learnt = How new mail is noticed
how-polling = The mailbox is asked at short intervals
how-announced = Microsoft announces new mail; the mailbox is also asked now and then
announced-until = Announced until { $time }; renewed by itself before that.
next-read = Asked again
as-soon-as-mended = as soon as the connection works again
swept-at = Last swept for mail that was missed
budgets = Microsoft’s budgets
budget-calls = Calls in 10 minutes
budget-messages = Messages in a minute
budget-recipients = Recipients in a day
budget-upload = Sent to Microsoft in 5 minutes
budget-of = { $used } of { $limit }
budget-megabytes = { $used } MB of { $limit } MB
budgets-noted = Counted at the last reading,
budgets-none = Nothing has been counted yet: the mailbox has not been read.
forecast = What runs out, and when
forecast-sign-in = Sign-in
forecast-sign-in-text = Valid until { $time }. It renews itself whenever the desk uses it, which is at least every hour; it only runs out when the desk stands still that long.
forecast-renewed = Last renewed
forecast-registration = The registration’s secret or certificate, valid until
seen = Seen
journaled = Originals kept on disk
unexplained = Unexplained
unexplained-unknown = not counted yet; press “Check now”
unexplained-none = 0
unexplained-some = { $count }, found and taken in at the last check-up
account-sum = Every message seen in the mailbox has exactly one outcome.
waiting-for-outcome = Waiting for an outcome
events = What happened
events-none = Nothing has happened yet.
event-by = by { $name }
request-ids = Request ids for Microsoft’s support
request-ids-text = Microsoft’s support finds a failed call by its id. Click one to select it.
request-ids-none = No call has failed.
open-page = Open

# The check-up
checkup = Check-up
checkup-text = Walks every step from the sign-in to a draft in the mailbox, without changing anything in it, and says what to do about each finding.
check-now = Check now
checkup-waits = The check-up begins in a moment.
checkup-running = Checking: { $step }
checkup-never = No check-up has been made yet.
checkup-fine = Everything needed works.
checkup-troubles = { $count ->
        [one] One finding needs somebody.
       *[other] { $count } findings need somebody.
    }
checkup-looks = { $count ->
        [one] One is worth a look.
       *[other] { $count } are worth a look.
    }
checkup-healed = The connection had been in trouble and works again: it is verified.
checkup-ended = Checked
checkup-step-waits = not yet
checkup-step-runs = checking…
powershell = For an Exchange administrator, in PowerShell (Connect-ExchangeOnline)
number-help = About { $number } ({ $name })
verdict-ok = OK
verdict-skipped = Not checked
verdict-look = Have a look
verdict-trouble = Needs action
step-registration = The desk’s registration
step-sign-in = Sign-in
step-permissions = Permissions
step-mailbox = Mailbox in Exchange Online
step-read = Reading the Inbox
step-draft = Writing a draft
step-round-trip = Test mail there and back
step-clock = Clock
step-notification = Public address
step-throttling = Microsoft’s limits
step-other-reader = Other readers of the mailbox
step-ledger = Every mail accounted for
step-dns = The domain’s DNS
found-registered = The desk has a registration at Microsoft Entra.
found-not-registered = The desk has no registration at Microsoft Entra, so that no mailbox can be reached.
found-sign-in-works = Microsoft gave a new access token, good until { $time }.
found-timed-out = There was no answer within { $seconds } seconds.
found-timed-out-next = Check this machine’s way to the internet and Microsoft’s service health, then check again.
found-not-tried = Not tried, because this failed: { $step }.
found-all-permissions = { $granted ->
        [one] The permission needed is granted.
       *[other] All { $granted } permissions needed are granted.
    }
found-permissions-missing = Not granted: { $missing }.
found-mailbox-there = The mailbox answers. Its Inbox holds { $total } messages, { $unread } of them unread.
found-inbox-read = The Inbox can be read; its newest message came { $time }.
found-inbox-empty = The Inbox can be read; it is empty.
found-draft-works = A draft was made and deleted again: answers can be written.
found-proved = A test mail came back on { $time }.
found-proved-long-ago = The last test mail came back on { $time }, a long time ago.
found-never-proved = No test mail has made the way out and back in yet.
found-prove-next = Write a mail to this address from somewhere else and answer its ticket; or let the desk send itself a test mail.
found-proof-under-way = A test mail is on its way since { $time }.
found-proof-not-returned = The test mail sent on { $time } did not come back.
found-proof-not-returned-next = Look into the mailbox: is it in Sent Items, in Junk Email, or moved by an Inbox rule? Then send another one.
found-clock-right = This machine’s clock agrees with Microsoft’s.
found-clock-ahead = This machine’s clock is { $seconds } seconds ahead of Microsoft’s.
found-clock-behind = This machine’s clock is { $seconds } seconds behind Microsoft’s.
found-clock-next = Switch on time synchronisation (NTP) on this machine. From five minutes on Microsoft refuses sign-ins.
found-clock-unknown = Microsoft’s answer did not tell the time.
found-not-public = The desk has no public https address, so Microsoft cannot notify it; the mailbox is asked at short intervals instead. Nothing is missing.
found-public-answers = The desk’s public address leads here.
found-public-silent = Nothing answers at the desk’s public address ({ $detail }).
found-public-other = Something else answers at the desk’s public address (status { $status }).
found-public-next = Check public_url in the configuration, the proxy in front of the desk and its certificate. Until then the mailbox is asked at short intervals; no mail is lost.
found-budgets-fine = Microsoft has not asked to wait; { $calls } of 10,000 calls were used in ten minutes.
found-throttled = { $times ->
        [one] Microsoft asked to wait once in the last ten minutes.
       *[other] Microsoft asked to wait { $times } times in the last ten minutes.
    }
found-throttled-next = Nothing is lost; the desk waits as long as was asked. If it stays so, look for another program that works in the same mailbox.
found-budget-low = { $calls } of 10,000 calls were used in ten minutes.
found-alone = Nobody else seems to read this mailbox: of { $count } mails of the last day, hardly any was touched before the desk saw it.
found-too-few = Fewer than five mails have come in the last day: too few to tell.
found-other-reader = Somebody or something else works in this mailbox: of { $prompt } mails that the desk saw within two minutes of their arrival, { $read } had been read already and { $vanished } were gone.
found-other-reader-next = Look for Inbox rules, for another program that is connected to this mailbox, and for people who use it. What is moved or deleted before the desk sees it cannot become a ticket.
found-ledger-complete = { $counted } messages since { $time } were counted in the mailbox, and each is in the mail log. Unexplained: 0.
found-ledger-took-in = Of { $counted } messages in the mailbox, { $unexplained } were not in the mail log. They are being taken in now.
found-ledger-took-in-next = Check again in a few minutes. If it happens again, please report it with the ids below.
found-ledger-waits = { $waiting } messages wait for their outcome, the oldest since { $time }.
found-ledger-waits-next = The mail log says for each why it waits.
found-domain-for-tests = { $domain } exists for tests only: there is no DNS to ask.
found-dns-silent = The name servers could not be asked ({ $question }).
found-dns-silent-next = This says nothing about the domain. Let this machine reach a name server, or name one in the configuration (dns_server).
found-mx-microsoft = Mail for the domain goes to Exchange Online (MX).
found-mx-there = Mail for the domain goes to { $hosts } (MX).
found-mx-elsewhere = Mail for the domain goes to { $hosts } first (MX), not to Exchange Online.
found-mx-elsewhere-next = That is right if a mail filter stands before Exchange Online. Make sure that it hands this address’s mail on.
found-mx-missing = The domain { $domain } has no MX record: other mail servers do not know where to deliver.
found-mx-missing-next = Publish the MX record that the Microsoft 365 admin center names under Settings, Domains.
found-spf-right = The SPF record allows Microsoft to send for the domain.
found-spf-missing = The domain has no SPF record: answers may be taken for spam.
found-spf-missing-next = Publish this TXT record at the domain: { $record }
found-spf-without = The SPF record does not name Microsoft: { $record }
found-spf-without-next = Add include:spf.protection.outlook.com to it.
found-spf-twice = The domain has several SPF records, which counts as none.
found-spf-twice-next = Make one record of them.
found-dkim-right = A DKIM key of Microsoft’s is published.
found-dkim-missing = No DKIM key of Microsoft’s is published ({ $names }).
found-dkim-missing-next = Publish the two CNAME records that the line below shows, then switch DKIM on for the domain in Microsoft Defender.
found-dmarc-right = There is a DMARC policy: { $policy }.
found-dmarc-missing = The domain has no DMARC policy: large providers ask for one.
found-dmarc-missing-next = Publish a TXT record at { $name }, to begin with: v=DMARC1; p=none
found-microsofts-domain = The address belongs to a domain of Microsoft’s own (onmicrosoft.com): it may write to 100 outside recipients a day only.
found-microsofts-domain-next = Give the mailbox an address of your own domain and connect that.
entra-help-reconnect = Somebody must sign in again: tokens end when a password is changed, sessions are revoked, or a rule asks for a second factor.
entra-help-restart-login = The sign-in was interrupted or used twice. Begin it anew.
entra-help-consent = Nobody has consented to the permissions, or the consent was taken back.
entra-help-admin-consent = In this organisation only an administrator may consent.
entra-help-admin-config = An administrator must change the entry of Postdesk under Enterprise applications in Microsoft Entra.
entra-help-admin-action = An administrator must change something about the account, its assignment or a Conditional Access policy.
entra-help-app-credential = The desk’s client secret or certificate is wrong or has expired.
entra-help-app-config = The desk’s registration does not fit: redirect address, kind of tenant, permissions or cloud.
entra-help-transient = This passes by itself; the desk tries again.
entra-help-client-bug = The desk asked for the same token too often. It waits; please report it.

# What happens to a connection, in order
happened-connected = Connected ({ $by })
happened-reconnected = Reconnected ({ $by })
happened-moved = Moved from { $from } to { $to }
way-forwarding = forwarding
way-delegated = a person’s sign-in
way-app-only = the application’s own sign-in
happened-verified = Verified: the connection works
happened-delayed = Delayed: Microsoft asks to wait or does not answer
happened-unproved = Waiting for the test mail to come back
happened-needs-sign-in = Error: somebody must sign in again
happened-needs-administrator = Error: an administrator must act
happened-app-credential = Error: the desk’s own registration is refused
happened-mailbox-gone = Error: the mailbox is gone
happened-caught-up = Caught up: { $came } mails that had arrived came in, { $went } that had waited went out
happened-deleted = Deleted
happened-edited = Name or brand changed; now “{ $name }”
happened-made-default = Made the default address
happened-proved = A test mail came back after { $seconds } seconds
happened-not-proved = A test mail did not come back in time
happened-resynced = Microsoft had forgotten where reading stood; the Inbox was read anew
happened-sweep-found = { $found ->
        [one] The sweep found one mail that had been missed
       *[other] The sweep found { $found } mails that had been missed
    }
happened-notifications-on = Microsoft notifies the desk of new mail
happened-notifications-silent = No notifications came any more; the mailbox is asked at short intervals
happened-notifications-removed = Microsoft took the notifications back; the mailbox is asked at short intervals
happened-notifications-refused = Microsoft refused to notify; the mailbox is asked at short intervals
happened-notifications-expired = The notifications ran out; the mailbox is asked at short intervals
happened-notifications-off = Notifications are off; the mailbox is asked at short intervals
happened-alarm-told = Somebody was told by a second way
happened-import-started = Import of { $mails } mails started
happened-import-paused = Import paused
happened-import-resumed = Import resumed
happened-import-finished = Import finished: { $mails } mails
happened-import-undone = Import undone: { $mails } mails
happened-checked-up = { $troubles ->
        [0] Checked: everything needed works
        [one] Checked: one finding needs somebody
       *[other] Checked: { $troubles } findings need somebody
    }



## Forwarding

forwarding-name = Forwarding
forward-from = Forward from another mail server
forward-from-text = Your mail server, Exchange rule or provider sends mail for the address on to the desk by SMTP.
forward-step-1 = You name the address.
forward-step-2 = You set your mail server up to send mail for it on to the desk. The next page shows how.
forward-step-3 = A test mail shows that it works. From then on answers leave from this address; mail becomes tickets at once.
forward-name-help = The name customers see. Left empty, it is the address.
forwarding-title = Forwarding of { $address }
forwarding-and-move = Forwarding
move-to-forwarding = Move to forwarding
move-to-connector = Move to the Microsoft Exchange connector
verify-forwarding = Verify forwarding
door-closed = The desk does not take forwarded mail yet. Whoever runs it switches it on with “listen” under [smtp] in the configuration.
door-closed-short = switched off
way-out-missing = The desk has no mail server of its own to send by, so it can neither send the test mail nor answer from forwarded addresses.
forwarded-count = Mails forwarded so far
forwarded-last = Last forwarded mail
state-unproved = Not verified yet
unproved-cause = Nobody has seen yet that mail for this address is forwarded to the desk. Mail that arrives becomes tickets; nothing is sent from the address, and answers wait.
unproved-next = Set the forwarding up as shown below, then send the test mail.
server-title = Set the forwarding up
server-text = Send every mail for { $address } on to this server by SMTP, with the recipient unchanged:
server-host = Server
server-port = Port
server-exchange = Microsoft Exchange
server-exchange-text = In Exchange Online PowerShell (or as a connector and a mail flow rule in the Exchange admin center):
server-exchange-port = Exchange Online sends on to port 25 only. Let port 25 lead to port { $port } of the desk.
server-other = Other mail servers
server-other-text = Look for “smart host”, “transport” or “route by recipient”. Three things matter: the mail goes to the server and port above, the recipient stays { $address }, and From and Message-ID are not rewritten. The desk offers STARTTLS and takes mail for its own addresses only.
verify-title = Verify
verify-text = The desk sends a mail to { $address } through its own mail server, as a customer would. When it comes back by the forwarding, the address is verified.
verify-send = Send test mail
verify-waiting = The test mail is on its way. This page changes by itself when it arrives.
verify-overdue = The test mail has not come back. It still counts if it comes later.
verify-hint-rule = Does the rule for this address exist, and is it switched on?
verify-hint-reach = Can your mail server reach the server and port above through all firewalls? Its log or message trace says what the desk answered.
verify-hint-junk = Was the test mail taken for junk, or held in quarantine?
verify-hint-way-out = Did it leave the desk? See the desk’s own mail server.
verify-done = The forwarding works.
move-to-connector-text = The desk then reads and sends through the mailbox itself. Tickets, history and waiting answers stay, and no mail is lost or becomes two tickets: until two weeks after the move, mail is taken by both ways.
move-begin = Begin the move
move-give-up = Give the move up
move-1-off = Switch the forwarding off at the mail server
move-1-off-text = Mail then stays in the mailbox. Whatever arrives between now and the last step is fetched from there; what is still forwarded is taken as before.
move-2-sign-in = Sign in at Microsoft
move-2-sign-in-text = Choose by whose rights the desk reaches the mailbox of { $address }, then sign in.
move-sign-in = Sign in with Microsoft
move-3-confirm = Confirm the account
move-3-confirm-text = Only then does the desk change over. Answers that wait leave through the mailbox, each once.
move-to-forwarding-text = Mail is then sent on to the desk by your mail server, and answers leave by the desk’s mail server. Tickets, history and waiting answers stay. The mailbox is read until the forwarding has been seen to work.
still-taken = This address was moved from forwarding. Forwarded mail is still taken until
back-1-on = Set the forwarding up
back-1-on-text = As shown above. The mailbox is read as before; what comes twice becomes one ticket.
back-2-verify = Send the test mail
back-2-text = It must come back by the forwarding.
back-2-done = The forwarding works.
back-3-confirm = Confirm
back-3-later = Possible once the test mail has come back.
back-3-wait = The mailbox is being read once more: { $unread } mails to take in, { $unconfirmed } answers to confirm. This page changes by itself.
back-3-ready = Everything in the mailbox has been read. The desk can let go of it.
back-3-unreachable = The mailbox cannot be reached. Mail in it that was not read yet stays there; everything else comes along.
back-confirm = Change over to forwarding
smtp-unreachable-cause = The desk’s mail server does not answer.
smtp-unreachable-next = It is tried again by itself, and mail waits. If it lasts, check host, port and security under [smtp] in the configuration.
smtp-sign-in-cause = The desk’s mail server refuses the user name or the password.
smtp-sign-in-next = Correct user and password under [smtp] in the configuration and restart the desk. Mail waits until then.
smtp-not-configured-cause = The desk has no mail server of its own to send by.
smtp-not-configured-next = Whoever runs the desk sets host, port and from under [smtp] in the configuration.
way-out-title = The desk’s own mail server
way-out-text = Passwords and invitations leave by it when the default address cannot send, and so do test mails and answers from forwarded addresses.
way-out-open = View settings
way-out-works = The desk can send by its own mail server.
way-out-settings = Settings
way-out-server = Sends by
way-out-from = From
way-out-door = Takes forwarded mail at
way-out-where = These settings stand in the configuration file, section [smtp].
way-out-test = Test
way-out-test-text = Sends a mail to { $address }.
way-out-test-send = Send test mail
server-said = What the server said
not-yet-title = Not yet
not-yet-cause = Something must be finished first: the forwarding has not been seen to work, or mail is being read or sent at this moment.
not-yet-next = Go back, look at the steps and try again in a moment.
changed-meanwhile-title = Changed by somebody else
changed-meanwhile-cause = Somebody else changed this while you had it open. Nothing has been saved.
changed-meanwhile-next = Go back, load the page anew and try again.
trouble-server-refused = the mail server refused it ({ $detail })
trouble-server-unconfirmed = the mail server did not confirm it. It was not sent again, because it may have arrived: please ask the customer, then answer anew { $detail }
trouble-moved-unconfirmed = the address was moved while it was being sent. It was not sent again, because it may have arrived: please ask the customer, then answer anew
trouble-no-way-out = the desk has no mail server of its own to send by; it waits
trouble-gave-up = the mail server did not take it for five days ({ $detail })
reason-mailbox-left = not read before the address was moved; it lies in the mailbox



## Team, invitations and passwords
people = People
apps = Apps and integrations
team-members = Team members
team-text = Who answers tickets and runs this desk.
people-role = Role
you = you
people-edit = Edit
people-saved = Saved.
invite = Invite a team member
send-invitation = Send invitation
invite-address-help = Not a support address: those belong to the desk, never to a person.
role-help = Agents answer tickets. Administrators also connect mailboxes and invite people.
invite-language = Language
invite-help = A mail with a link to choose a password is sent from the default support address. The link works once and for 24 hours.
team-invited-notice = The invitation is on its way.
team-sent-notice = The mail is on its way.
team-deactivated-notice = Deactivated. All sessions of that person have ended.
team-reactivated-notice = The person can sign in again.
member-active = Active
member-invited = Invited
member-deactivated = Deactivated
member-deactivated-text = Cannot sign in
invitation-expired = The link has expired: send it again
invitation-waiting = The mail is being sent
invitation-stuck = The mail waits: its mailbox is not reachable. Show the link and hand it over
invitation-sent = The mail was sent
invitation-failed = The mail could not be delivered. Show the link and hand it over
invitation-by-hand = The link was shown to an administrator
resend-invitation = Send invitation again
send-reset = Send a link for a new password
show-link = Show a link to hand over
make-admin = Make administrator
make-agent = Make agent
deactivate = Deactivate
reactivate = Reactivate
link-title = A link to hand over
link-word = Link
link-no-mail = The desk has no way to send this mail at present: no default support address works, and no other way out is set up.
link-text = With this link { $name } ({ $email }) can choose a password. Hand it over yourself, by a way you trust.
link-once = It is shown only now, works once, and expires in 24 hours. Whoever has it can sign in as this person.
link-command = Without mail and browser, at the command line of the server
person-address-help = The address this person writes from, and signs in with if in the team.
person-since = Known since
person-addresses = Other addresses
person-addresses-text = Mail from each of these is this person’s. Mail to the person goes to the address above.
person-addresses-none = None so far.
person-address-add = Add address
person-address-primary = Write to this one
person-address-remove = Remove
person-merge = This person is known twice
person-merge-text = Type the address of the other entry. Its tickets, comments and copies become this person’s, the address is added here, and the other entry is gone. This cannot be undone.
person-merge-address = Address of the other entry
person-merge-do = Merge into this person
end-users = End users
end-users-text = The customers who write to this desk.
add-end-user = Add end user
end-user-help = Normally nobody needs to be added: whoever writes to a support address appears here.
search-people = Name or address
people-search = Search
people-count = { $count ->
    [one] 1 person
   *[other] { $count } people
 }
end-users-empty = Nobody has written yet.
end-users-empty-next = Whoever writes to a support address appears here by itself.
people-none = Nobody matches.
people-none-next = Try a part of the name or of the address.
people-column-since = Since
people-pages = Pages
people-previous = Previous
people-page-of = Page { $number } of { $pages }
people-import = Import people
people-import-text = Choose a CSV file with one person in each line. First you see what would become of each line; nothing is saved before you confirm.
people-import-columns = The first line names the columns: email is needed, name and role may be missing. Role is end-user, agent or admin.
people-import-staff = Agents and admins are invited by mail. End users are not told anything.
people-import-limits = At most 5,000 lines and 2 MB, in UTF-8 or Shift_JIS.
people-import-look = Show what would happen
people-import-nothing-yet = Nothing has been saved yet.
people-import-counts = { $fresh } new, { $known } known already, { $refused } refused
people-import-do = { $count ->
    [one] Import 1 person
   *[other] Import { $count } people
 }
people-import-other = Choose another file
people-import-changed = Something has changed since this was shown, so nothing was saved. Please look again.
people-imported-notice = { $count ->
    [one] 1 person was imported.
   *[other] { $count } people were imported.
 }
csv-file = CSV file
column-line = Line
column-fate = What happens
fate-new = New
fate-known = Known
fate-known-text = as { $name }; nothing changes
fate-refused = Refused
row-not-an-address = This is not an email address.
row-support-address = This is one of the desk’s support addresses; it cannot be a person’s.
row-twice = The address stands in line { $line } already.
row-name = The name is too long.
row-role = This role does not exist; end-user, agent and admin do.
forgot-link = Forgot your password?
forgot-title = Forgot your password?
forgot-text = Enter your address. If it belongs to a member of the team, a mail with a link to choose a new password is sent to it.
forgot-send = Send the link
forgot-sent = If { $email } belongs to a member of the team, a mail is on its way to it.
forgot-sent-next = The link in it works once and for 24 hours. Look into the spam folder too.
forgot-no-mail = No mail after a few minutes? An administrator can show you a link, and whoever runs the server can set a password with: postdesk admin reset-password
forgot-too-often = A link was asked for too often for this address. Wait a quarter of an hour, then try again.
back-to-sign-in = Back to sign-in
welcome-title = Welcome, { $name }
welcome-text = Choose a password, and you are in.
choose-password = Choose a new password
choose-password-text = After that you are signed in here, and signed out everywhere else.
new-password = New password
password-again = The same once more
password-rule = At least 10 characters.
passwords-differ = The two passwords are not the same.
set-password = Save and sign in
problem-nobodys = No other person has this address.
problem-not-an-address = { $field }: not an email address.
problem-not-csv = { $field }: cannot be read as a CSV file.
problem-no-address-column = { $field }: no column is called email.
team-rule-title = That is not possible
owner-stays-cause = The owner can be neither deactivated nor given another role.
owner-stays-next = Choose another member of the team.
last-admin-cause = This is the only administrator; nobody could let one in again.
last-admin-next = Make somebody else an administrator first.
yourself-cause = You cannot deactivate yourself.
yourself-next = Ask another administrator to do it.
owners-own-cause = Only the owner can do this for the owner’s own account.
owners-own-next = Ask the owner.
not-between-cause = An end user has no role in the team.
not-between-next = Invite the person to the team instead.
deactivated-cause = This person has been deactivated.
deactivated-next = Reactivate the person first.
link-dead-title = This link cannot be used
link-dead-cause = It was used already, has expired after 24 hours, or is not complete.
link-dead-next = Ask for a new one: on the sign-in page under “Forgot your password?”, or from an administrator.




## Imports
confirm-import = Old mail becomes tickets: { $wanted }. Nobody is sent anything for it.
import-choice-newest = The newest 300 mails
import-choice-help = Read or unread, from the Inbox. Nobody is sent anything for them.
import-choice-number = Another number of the newest mails
import-choice-between = Mails of a time, from the first to the last day
import-tick = Make tickets of the newest 300 mails
import-tick-help = Read or unread, from the Inbox. Nobody is sent anything for them. Left unticked, nothing old comes in.
import-other = Another number, or a range of dates
import-since = First day
import-until = Last day
wanted-newest = the newest { $count ->
        [one] mail
       *[other] { $count } mails
    } of the Inbox
wanted-between = mails of the Inbox received from { $since } to { $until }
import-older = Import older mail
import-older-text = Which mail of the Inbox shall become tickets? What is known already does not come in twice.
import-now = Import
imports-before = Imports so far
import-details = Details, pause and undo
import-pause = Pause
import-resume = Resume
import-paused-text = The import rests. New mail comes in as always.
import-tags = Imported tickets carry the tags
import-state-running = Running
import-state-paused = Paused
import-state-finished = Finished
import-state-undoing = Being undone
import-state-undone = Undone
preview-look = Look first what would happen
preview-title = What an import would do
preview-text = { $mailbox }: { $wanted }. The mails are read and judged exactly as in an import, but nothing is changed, marked or sent.
preview-progress = { $done } of { $found } mails looked at
preview-done = { $found ->
        [one] One mail looked at.
       *[other] { $found } mails looked at.
    }
preview-sent = Sent to customers
preview-sent-nothing = nothing
preview-back = Back
preview-examples = { $shown } of { $count }
preview-cancelled = The preview was cancelled. Up to then it had counted:
preview-gone = The mailbox, or the sign-in that was waiting for confirmation, is not there any more.
preview-failed = Microsoft did not let the mailbox be read to the end: { $words }
foreseen-new-ticket = New tickets
foreseen-new-ticket-help = Each gets its original date.
foreseen-reply = Replies
foreseen-reply-help = They go into a ticket that is there, or that this import makes.
foreseen-known = Known or duplicate
foreseen-known-help = They do not come in again.
foreseen-own = The desk’s own mail
foreseen-own-help = Recognised, and left alone.
foreseen-automatic = Automatic mail
foreseen-automatic-help = Newsletters, absence notes, failure reports: to the suspended tickets.
foreseen-suspended = Suspended for another reason
foreseen-suspended-help = Somebody looks at them before they become tickets.
foreseen-unreadable = Unreadable
foreseen-unreadable-help = A ticket with the original attached.
foreseen-gone = Gone meanwhile
foreseen-gone-help = Deleted or moved while we looked.
undo-title = Undo this import
undo-text = Within a day of its end the import can be taken back. Tickets that somebody has answered, changed or written to since stay; so do tickets that were there before.
undo-open = Undo …
undo-sure = All tickets of this import that nobody has touched are removed from the desk. The mails themselves stay in the mailbox, and can be imported again.
undo-do = Remove the imported tickets
undo-under-way = Taking back: { $count } tickets removed so far
undo-done = { $count ->
        [one] One ticket was removed.
       *[other] { $count } tickets were removed.
    }
undo-kept = { $count ->
        [one] One ticket stays, because somebody has worked on it or it was there before.
       *[other] { $count } tickets stay, because somebody has worked on them or they were there before.
    }
problem-out-of-range = { $field }: a number from 1 to { $most } is needed.
problem-wrong-order = { $field }: the last day must not lie before the first.
import-under-way-title = An import is under way
import-under-way-cause = Another import of this mailbox has not ended, rests, or is just being undone.
import-under-way-next = Wait until it has ended, or resume or undo it; then start the next one.
too-late-title = This import can no longer be undone
too-late-cause = An import can be undone within a day of its end. After that people may rely on its tickets.
too-late-next = Find its tickets by their tag and change them like any others.
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
api-tokens = API tokens
api-tokens-text = For programs that read and change this desk, in the manner of Zendesk’s API.
api-description = Description of the API (OpenAPI)
token = Token
token-made = Copy the token now: it is not shown again.
token-example = For example:
tokens-empty = There are no tokens yet.
tokens-empty-next = Make one for each program, so that you can revoke one without stopping the others.
token-acts-as = Acts as
token-used = Last used
token-since = since
token-void = Void: this person was deactivated
never-used = Not yet
revoke = Revoke
make-token = Make a token
make-token-button = Make token
token-name-help = What the program is called, so that you know it later.
token-person-help = The program may do what this person may do, and its changes stand under this name.
