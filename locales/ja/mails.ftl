# デスクが送るメールの文面。キーは英語のファイルと同じでなければなりません(テストで確認しています)。

## お客様宛て

received-request-subject = 【お問い合わせを受け付けました】
received-request-body =
    お問い合わせいただき、ありがとうございます。
    お問い合わせ(受付番号:#{ $id })を受け付けました。担当者が内容を確認のうえ、順次ご連絡いたします。

    補足や追加のご連絡がございましたら、このメールにそのままご返信ください。
proactive-ticket-subject = { $title }
proactive-ticket-body = { $comment }
comment-update-subject = Re: { $title }
comment-update-body = { $comment }

## 担当者宛て

assignee-comment-subject = [#{ $id }] Re: { $title }
assignee-comment-body =
    { $author } さんがチケット #{ $id }({ $title })にコメントしました。

    { $comment }

    { $url }
assignment-subject = [#{ $id }] 担当のお知らせ: { $title }
assignment-body =
    { $requester } さんのチケット #{ $id }({ $title })の担当者に指定されました。

    { $comment }

    { $url }
reopened-subject = [#{ $id }] 再オープン: { $title }
reopened-body =
    チケット #{ $id }({ $title })が再オープンされました。

    { $comment }

    { $url }
group-assignment-subject = [#{ $id }] グループへの割り当て: { $title }
group-assignment-body =
    { $requester } さんのチケット #{ $id }({ $title })が、あなたのグループに割り当てられました。

    { $comment }

    { $url }
new-request-subject = [#{ $id }] 新しいお問い合わせ: { $title }
new-request-body =
    { $requester } さんから新しいチケット #{ $id }({ $title })が届きました。

    { $comment }

    { $url }

## サインインのためのメール

invitation-subject = Postdesk への招待
invitation-before =
    { $name } 様

    { $inviter } さんが、あなたを Postdesk({ $desk })のサポートチームに追加しました。

    次のリンクからパスワードを設定して、ご利用を開始してください。
invitation-before-nobody =
    { $name } 様

    Postdesk({ $desk })のサポートチームに追加されました。

    次のリンクからパスワードを設定して、ご利用を開始してください。
invitation-after =
    このリンクは 24 時間有効で、1 回だけご利用いただけます。期限が切れた場合は、管理者に招待の再送をご依頼ください。

    お心当たりがない場合は、このメールを破棄してください。
invitation-button = パスワードを設定する
reset-subject = Postdesk のパスワード再設定
reset-before =
    { $name } 様

    Postdesk({ $desk })のパスワード再設定の申請を受け付けました。

    次のリンクから新しいパスワードを設定してください。
reset-after =
    このリンクは 24 時間有効で、1 回だけご利用いただけます。パスワードを設定すると、他の端末からはサインアウトされます。

    お心当たりがない場合は、このメールを破棄してください。現在のパスワードは変更されません。
reset-button = 新しいパスワードを設定する

## 本文の前後

wrote = { $date }、{ $author } さんのメッセージ:
files-left-out = 次のファイルはサイズが大きいためメールに添付できませんでした。必要な場合はお知らせください。
no-subject = (件名なし)

## Tests of the ways of mail

way-out-test-subject = Postdesk からのテストメール
way-out-test-body =
    これはテストメールです。デスク（{ $desk }）は、設定されたメールサーバーからメールを送信できます。

    このメールへの対応は必要ありません。

## アドレスから自分自身へのテストメール

proof-subject = ヘルプデスクからのテストメール
proof-body =
    これは Postdesk のテストメールです。{ $address } からのメール送信と受信が正しく行われることを確認するため、同じアドレスに宛てて送信されました。

    対応は必要ありません。このメールは削除していただいて構いません。
