# デスクが送るメールの文面。キーは英語のファイルと同じでなければなりません（テストで確認しています）。

## お客様宛て

received-request-subject = 【お問い合わせを受け付けました】
received-request-body =
    お問い合わせいただき、ありがとうございます。
    お問い合わせ（受付番号：#{ $id }）を受け付けました。担当者が内容を確認のうえ、順次ご連絡いたします。

    補足や追加のご連絡がございましたら、このメールにそのままご返信ください。
proactive-ticket-subject = { $title }
proactive-ticket-body = { $comment }
comment-update-subject = Re: { $title }
comment-update-body = { $comment }

## 担当者宛て

assignee-comment-subject = [#{ $id }] Re: { $title }
assignee-comment-body =
    { $author } さんがチケット #{ $id }（{ $title }）にコメントしました。

    { $comment }

    { $url }
assignment-subject = [#{ $id }] 担当のお知らせ：{ $title }
assignment-body =
    { $requester } さんのチケット #{ $id }（{ $title }）の担当者に指定されました。

    { $comment }

    { $url }
reopened-subject = [#{ $id }] 再オープン：{ $title }
reopened-body =
    チケット #{ $id }（{ $title }）が再オープンされました。

    { $comment }

    { $url }
group-assignment-subject = [#{ $id }] グループへの割り当て：{ $title }
group-assignment-body =
    { $requester } さんのチケット #{ $id }（{ $title }）が、あなたのグループに割り当てられました。

    { $comment }

    { $url }
new-request-subject = [#{ $id }] 新しいお問い合わせ：{ $title }
new-request-body =
    { $requester } さんから新しいチケット #{ $id }（{ $title }）が届きました。

    { $comment }

    { $url }

## サインインのためのメール

invitation-subject = Postdesk への招待
invitation-before =
    { $name } 様

    { $inviter } さんが、あなたを Postdesk（{ $desk }）のサポートチームに追加しました。

    次のリンクからパスワードを設定して、ご利用を開始してください。
invitation-before-nobody =
    { $name } 様

    Postdesk（{ $desk }）のサポートチームに追加されました。

    次のリンクからパスワードを設定して、ご利用を開始してください。
invitation-after =
    このリンクは 24 時間有効で、1 回だけご利用いただけます。期限が切れた場合は、管理者に招待の再送をご依頼ください。

    お心当たりがない場合は、このメールを破棄してください。
invitation-button = パスワードを設定する
reset-subject = Postdesk のパスワード再設定
reset-before =
    { $name } 様

    Postdesk（{ $desk }）のパスワード再設定の申請を受け付けました。

    次のリンクから新しいパスワードを設定してください。
reset-after =
    このリンクは 24 時間有効で、1 回だけご利用いただけます。パスワードを設定すると、他の端末からはサインアウトされます。

    お心当たりがない場合は、このメールを破棄してください。現在のパスワードは変更されません。
reset-button = 新しいパスワードを設定する

## 本文の前後

merged-into-comment = このお問い合わせは終了し、お問い合わせ #{ $id } に統合いたしました。
merged-from-comment = お問い合わせ #{ $id } を終了し、このお問い合わせに統合いたしました。
wrote = { $date }、{ $author } さんのメッセージ：
files-left-out = 次のファイルはサイズが大きいため、メールに添付しておりません。{ $until } まで、以下のリンクからダウンロードしていただけます：
no-subject = （件名なし）

## メール共通の枠

mail-delimiter = この行より上に返信をご記入ください
mail-footer = このメールは { $brand } よりお送りしています。
mail-footer-link = Postdesk を開く

## テンプレート確認用の見本

sample-subject = Re: 注文した商品の到着予定について
sample-customer = 森 花子
sample-question =
    お世話になっております。森です。

    月曜日に机を 2 台注文しました（注文番号 4711）が、その後ご連絡をいただいておりません。
    到着予定日を教えていただけますでしょうか。

    よろしくお願いいたします。
    森 花子
sample-answer =
    森 花子 様

    お問い合わせいただき、ありがとうございます。
    ご注文の机は本日倉庫から発送いたしました。お届けの予定は次のとおりです。

    - 木曜日 9 時から 12 時の間
    - 当社の車両でオフィスまでお運びいたします

    配送状況はこちらからもご確認いただけます: https://example.com/orders/4711

    どうぞよろしくお願いいたします。
sample-file = 組み立て説明書.pdf

## Tests of the ways of mail

way-out-test-subject = Postdesk からのテストメール
way-out-test-body =
    これはテストメールです。デスク（{ $desk }）は、設定されたメールサーバーからメールを送信できます。

    このメールへの対応は必要ありません。
## アラーム：管理者へのメール、管理センターの一覧、Webhook

alarm-subject = Postdesk：{ $first }
alarm-subject-many = Postdesk：{ $first }（ほか { $more } 件）
alarm-subject-healed = Postdesk：復旧しました – { $first }
alarm-raised = 対応が必要です：
alarm-still = まだ解決していません：
alarm-healed = 復旧しました：
alarm-since = { $since } から
alarm-more = ほか { $more } 件
alarm-link = 未解決のアラーム一覧：{ $link }
alarm-test-subject = Postdesk：アラームのテスト
alarm-test-body = これはテストです。ヘルプデスクのアラームは、この方法で届きます。
alarm-connection-lost = { $address } の接続が切れました（{ $why }）
alarm-connection-lost-next = 再接続するまで、このアドレスではメールの受信も送信も行われません。待機中のメールは保管されています。
alarm-why-needs-sign-in = Microsoft への再サインインが必要です
alarm-why-needs-administrator = Microsoft 365 の管理者による設定変更が必要です
alarm-why-mailbox-gone = メールボックスが存在しません
alarm-why-other = Microsoft に拒否されました
alarm-registration-refused = Microsoft がこのデスクのアプリ登録を拒否しています（{ $mailboxes } 件のメールボックスが停止中）
alarm-registration-refused-next = Microsoft Entra で、アプリ登録のシークレットまたは証明書を確認してください。その間もメールが失われることはありません。
alarm-no-contact = { $address } を { $since } から読み取れていません
alarm-no-contact-next = Microsoft がこのメールボックスに応答しません。自動で再試行していますが、長く続く場合は詳細を確認してください。
alarm-registration-expires = { $days ->
    [0] アプリ登録のシークレットまたは証明書の有効期限が { $date } に切れました
   *[other] アプリ登録のシークレットまたは証明書の有効期限は { $date } です
 }
alarm-registration-expires-next = 期限までに Microsoft Entra で新しいものを作成し、ここに登録してください。期限が切れると、すべてのメールボックスが停止します。
alarm-token-expires = { $address } のサインインは、使用されていないため { $date } に失効します
alarm-token-expires-next = アドレスを再接続するか、不要であれば削除してください。
alarm-mail-waits = { $address } からのメール { $mails } 件が送信待ちです（最も古いものは { $since } から）
alarm-mail-waits-next = 理由はアドレスの詳細で確認できます。送信できるようになりしだい送られます。
alarm-mail-not-sent = { $address } からのメール { $mails } 件が送信されなかったか、送信を確認できませんでした
alarm-mail-not-sent-next = 対象のメールと理由は各チケットに表示されています。自動で二重に送られることはありません。
alarm-mail-unexplained = { $address } のメール：処理結果なし { $waiting } 件、読み取り不可 { $unreadable } 件
alarm-mail-unexplained-next = 対象のメールと理由はメールログで確認できます。
alarm-notifications-silent = { $address } について Microsoft からの通知が届いていません
alarm-notifications-silent-next = 代わりに定期的に確認しているため、メールが失われたり大きく遅れたりすることはありません。通知は自動で再度試みます。
alarm-disk-full = ディスクの空きが残りわずかです（{ $total } 中、残り { $free }）
alarm-disk-full-next = 空きを確保してください。いっぱいになると、メールを取り込めなくなります。
alarm-the-desk = デスク自身の接続

## アドレスから自分自身へのテストメール

proof-subject = ヘルプデスクからのテストメール
proof-body =
    これは Postdesk のテストメールです。{ $address } からのメール送信と受信が正しく行われることを確認するため、同じアドレスに宛てて送信されました。

    対応は必要ありません。このメールは削除していただいて構いません。
