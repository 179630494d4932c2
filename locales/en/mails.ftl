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

## Around the text

wrote = On { $date }, { $author } wrote:
files-left-out = These files are too large to be sent by email. Please ask us for them:
no-subject = (no subject)

## Test mail of an address to itself

proof-subject = Test mail from your help desk
proof-body =
    This is a test mail of Postdesk. It was sent from { $address } to itself, to make sure that mail really leaves from this address and comes back in.

    Nothing needs to be done. You may delete this mail.
