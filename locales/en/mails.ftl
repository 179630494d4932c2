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

wrote = On { $date }, { $author } wrote:
files-left-out = These files are too large to be sent by email. Please ask us for them:
no-subject = (no subject)

## Tests of the ways of mail

way-out-test-subject = Test mail from Postdesk
way-out-test-body =
    This is a test. Your desk at { $desk } can send mail by its own mail server.

    You need not do anything.

## Test mail of an address to itself

proof-subject = Test mail from your help desk
proof-body =
    This is a test mail of Postdesk. It was sent from { $address } to itself, to make sure that mail really leaves from this address and comes back in.

    Nothing needs to be done. You may delete this mail.
