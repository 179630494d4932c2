# Mails the desk sends. Every key here must stand in each language's file (a test checks it).

## To customers

received-request-subject = [Request received]
received-request-body =
    Your request (#{ $id }) has been received and is being reviewed by our support staff.

    To add further comments, please reply to this email.
proactive-ticket-subject = { $title }
proactive-ticket-body = { $comment }
comment-update-subject = Re: { $title }
comment-update-body = { $comment }

## To agents

assignee-comment-subject = [#{ $id }] Re: { $title }
assignee-comment-body =
    { $author } commented on ticket #{ $id } ({ $title }):

    { $comment }

    { $url }
assignment-subject = [#{ $id }] Assigned to you: { $title }
assignment-body =
    Ticket #{ $id } ({ $title }) of { $requester } has been assigned to you.

    { $comment }

    { $url }
reopened-subject = [#{ $id }] Reopened: { $title }
reopened-body =
    Ticket #{ $id } ({ $title }) has been reopened.

    { $comment }

    { $url }
group-assignment-subject = [#{ $id }] Assigned to your group: { $title }
group-assignment-body =
    Ticket #{ $id } ({ $title }) of { $requester } has been assigned to your group.

    { $comment }

    { $url }
new-request-subject = [#{ $id }] New request: { $title }
new-request-body =
    { $requester } opened ticket #{ $id } ({ $title }):

    { $comment }

    { $url }

## Letting people in

invitation-subject = Your invitation to Postdesk
invitation-before =
    Hello { $name },

    { $inviter } has added you to the support team on Postdesk ({ $desk }).

    To get started, choose your password:
invitation-before-nobody =
    Hello { $name },

    You have been added to the support team on Postdesk ({ $desk }).

    To get started, choose your password:
invitation-after =
    The link works once and for 24 hours. After that, ask an administrator to send you a new one.

    If you did not expect this invitation, you can ignore this mail.
invitation-button = Choose a password
reset-subject = Choose a new password for Postdesk
reset-before =
    Hello { $name },

    somebody, probably you, asked for a new password for Postdesk ({ $desk }).

    Choose it here:
reset-after =
    The link works once and for 24 hours. Choosing a password signs you out everywhere else.

    If it was not you, you can ignore this mail: your password stays as it is.
reset-button = Choose a new password

## Around the text

merged-into-comment = This request was closed and merged into request #{ $id }.
merged-from-comment = Request #{ $id } was closed and merged into this request.
wrote = On { $date }, { $author } wrote:
files-left-out = These files are too large for an email. You can download them until { $until }:
no-subject = (no subject)

## The frame of every mail to people

mail-delimiter = Please reply above this line
mail-footer = This email was sent by { $brand }.
mail-footer-link = Open Postdesk

## A made-up answer, to look at the template with

sample-subject = Re: Where is my order?
sample-customer = Hana Mori
sample-question =
    Hello,

    I ordered two desks on Monday (order 4711) and have heard nothing since. When will they arrive?

    Thank you
    Hana Mori
sample-answer =
    Hello Hana,

    thank you for your patience. Your desks left our warehouse this morning and will arrive:

    - on Thursday, between 9 and 12 o’clock
    - by our own van, carried up to your office

    You can follow them here: https://example.com/orders/4711
sample-file = Assembly instructions.pdf

## Tests of the ways of mail

way-out-test-subject = Test mail from Postdesk
way-out-test-body =
    This is a test. Your desk at { $desk } can send mail by its own mail server.

    You need not do anything.
## Alarms: mail to administrators, the Admin Center's list and the webhook

alarm-subject = Postdesk: { $first }
alarm-subject-many = Postdesk: { $first } (and { $more } more)
alarm-subject-healed = Postdesk: back in order – { $first }
alarm-raised = This needs somebody:
alarm-still = This is still open:
alarm-healed = This is in order again:
alarm-since = since { $since }
alarm-more = { $more ->
    [one] and one more
   *[other] and { $more } more
 }
alarm-link = Everything that is open: { $link }
alarm-test-subject = Postdesk: test of the alarms
alarm-test-body = This is a test. Alarms of your help desk reach you by this way.
alarm-connection-lost = { $address } is not connected any more: { $why }
alarm-connection-lost-next = No mail is read from it or sent from it until it is reconnected. What waits is kept.
alarm-why-needs-sign-in = somebody must sign in to Microsoft again
alarm-why-needs-administrator = an administrator of the Microsoft 365 organisation must change something
alarm-why-mailbox-gone = its mailbox does not exist any more
alarm-why-other = Microsoft refuses it
alarm-registration-refused = { $mailboxes ->
    [one] Microsoft refuses the desk’s registration; one mailbox stands still
   *[other] Microsoft refuses the desk’s registration; { $mailboxes } mailboxes stand still
 }
alarm-registration-refused-next = Check the client secret or certificate of the registration at Microsoft Entra. Nothing is lost meanwhile.
alarm-no-contact = { $address } has not been read since { $since }
alarm-no-contact-next = Microsoft does not answer for this mailbox. It is tried again by itself; look at its details if this lasts.
alarm-registration-expires = { $days ->
    [0] The secret or certificate of the desk’s registration expired on { $date }
   *[other] The secret or certificate of the desk’s registration expires on { $date }
 }
alarm-registration-expires-next = Make a new one at Microsoft Entra and enter it here before that day: without it all mailboxes stand still.
alarm-token-expires = The sign-in of { $address } ends on { $date } because it is not being used
alarm-token-expires-next = Reconnect the address, or delete it if it is not needed any more.
alarm-mail-waits = { $mails ->
    [one] One mail from { $address } has been waiting to be sent since { $since }
   *[other] { $mails } mails from { $address } have been waiting to be sent, the first since { $since }
 }
alarm-mail-waits-next = Look at the details of the address for the reason. They are sent as soon as it is possible.
alarm-mail-not-sent = { $mails ->
    [one] One mail from { $address } was not sent, or it is not certain that it was
   *[other] { $mails } mails from { $address } were not sent, or it is not certain that they were
 }
alarm-mail-not-sent-next = The tickets show which ones, and why. Nothing is sent a second time by itself.
alarm-mail-unexplained = Mail in { $address }: { $waiting } without an outcome, { $unreadable } that could not be read
alarm-mail-unexplained-next = The mail log names them and says why.
alarm-notifications-silent = Microsoft’s notifications for { $address } do not arrive
alarm-notifications-silent-next = The mailbox is polled instead, so no mail is lost or late by more than the usual pause. Notifications are tried again by themselves.
alarm-disk-full = The disk is nearly full: { $free } of { $total } left
alarm-disk-full-next = Make room: when it is full, no mail can be taken in.
alarm-the-desk = the desk’s own connection

## Test mail of an address to itself

proof-subject = Test mail from your help desk
proof-body =
    This is a test mail of Postdesk. It was sent from { $address } to itself, to make sure that mail really leaves from this address and comes back in.

    Nothing needs to be done. You may delete this mail.
