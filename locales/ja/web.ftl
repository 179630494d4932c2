# 画面（管理センターとエージェントのワークスペース）の文言。
# キーと変数は en/web.ftl と同じでなければならない（テストで確認される）。

## Frame of every page
skip-to-content = 本文へ移動
nav-label = メインメニュー
nav-tickets = チケット
nav-admin = 管理センター
language-label = 言語
sign-out = サインアウト
crumbs-label = 現在の位置
what-now = 次にすること
cancel = キャンセル
save = 保存
next = 次へ
done = 完了
all = すべて
never = まだありません
options = オプション
older = さらに古いもの
to-tickets = チケット一覧へ
to-addresses = サポートアドレス一覧へ

## Signing in
sign-in-title = Postdesk にサインイン
sign-in = サインイン
email = メールアドレス
password = パスワード
sandbox-title = ここはサンドボックスです
sandbox-text = すべて練習用で、メールがこのコンピューターの外へ出ることはありません。管理者としてサインインしてください。
sandbox-outlook = 練習用の Outlook を開いて、お客様としてメールを読み書きする

## Roles
role-end-user = エンドユーザー
role-agent = エージェント
role-admin = 管理者
role-owner = オーナー

## Ticket words
status-new = 新規
status-open = オープン
status-pending = 返信待ち
status-hold = 保留
status-solved = 解決済み
status-closed = 終了
priority-none = なし
priority-low = 低
priority-normal = 標準
priority-high = 高
priority-urgent = 緊急
via-email = メール
via-web = ワークスペース
via-import = 取り込み
via-rule = トリガ
via-follow-up = フォローアップ
no-subject = （件名なし）
nobody = 未割り当て
the-desk = Postdesk

## Fields
field-status = ステータス
field-priority = 優先度
field-assignee = 担当者
field-group = グループ
field-tags = タグ
field-ccs = CC
field-address = アドレス
field-name = 名前
field-brand = ブランド
field-password = パスワード
field-text = 本文
field-files = ファイル

## Ticket list
views-label = ビュー
view-mine = 自分の未解決チケット
view-unassigned = 未割り当てのチケット
view-unsolved = すべての未解決チケット
view-solved = 解決済みのチケット
view-suspended = 一時停止中のチケット
search = チケットを検索
search-title = 検索：{ $text }
search-empty = 該当するチケットはありません。
search-empty-next = 件名と、リクエスタの名前・メールアドレスを検索します。短い語でもう一度お試しください。
list-end = これより古いチケットはありません。
mine-empty = 未解決の担当チケットはありません。
mine-empty-next = 未割り当てのチケットから引き受けましょう：
unassigned-empty = すべてのチケットに担当者がいます。
unassigned-empty-next = 新しいメールが届くと、ここに自動で表示されます。
unsolved-empty = 対応を待っているチケットはありません。
unsolved-empty-next = サポートアドレスに届いたメールはチケットになり、ここに自動で表示されます。
solved-empty = 解決済みのチケットはまだありません。
solved-empty-next = チケットに返信して「解決済み」で送信すると、ここに表示されます。
column-status = ステータス
column-number = 番号
column-subject = 件名
column-requester = リクエスタ
column-assignee = 担当者
column-updated = 更新
column-received = 受信
column-mail = メール
column-cause = 理由

## Suspended tickets
suspended-text = チケットにならなかったメールと、その理由の一覧です。メールが捨てられることはありません。
suspended-empty = 一時停止中のメールはありません。
suspended-empty-next = 不在通知や自動送信メール、疑わしい差出人からのメールがここに表示されます。
cause-auto-mailer = 自動送信のメール
cause-loop = 同じ差出人から1時間に多数のメール（メールループ）
cause-unknown-user-update = 不明な差出人によるチケットへの返信
cause-other-user-update = 他の人のチケットへの返信
cause-auto-delivery-failure = 当方の送信メールと結び付かない配信不能通知
cause-auto-vacation = 不在通知
cause-system-user = メールシステムからのメール（mailer-daemon、postmaster）
cause-from-support-address = 自社のサポートアドレスが差出人のメール
cause-unknown-author = 差出人を特定できないメール

## Ticket page
properties = プロパティ
internal-note = 社内メモ
public-reply = パブリック返信
answer-kind = 返信の種類
answer-text = 返信の本文
goes-to = 宛先：{ $name } <{ $address }>
sent-from = 差出人：{ $address }
note-help = エージェントだけに表示されます。お客様には送信されません。
attach-files = ファイルを添付
submit-as = 送信後のステータス
submit = 送信
take-it = 自分が担当する
closed-note = このチケットは終了しています。お客様が返信すると、フォローアップのチケットが作成されます。
not-kept = 次の内容は保存されていません。ページを離れる前にコピーしてください
automatic = 自動送信
automatic-help = 自動送信のメールです。チケットは再オープンされず、トリガによる返信も行われません。
spoof-warning = 差出人の認証に失敗しました。なりすましの可能性があります。本文中のリンクや振込先を信用しないでください。
mail-body = 届いたメールの本文
whole-mail = 引用を含むメール全体を表示
files = 添付ファイル
show-all = メール全体を表示
mail-details = メールの詳細
mail-from = 差出人
mail-to = 宛先
mail-subject = 件名
why-here = このチケットに入った理由
why-here-first = 以前のメールへの参照がないため、新しいチケットになりました。
signal-token = チケット #{ $ticket } の署名付き識別子が本文にあります
signal-in-reply-to = このチケットのメールへの返信です（In-Reply-To: { $id }）
signal-references = このチケットのメールを参照しています（References: { $id }）
original = 元のメールをダウンロード（.eml）
pictures-blocked = 外部の画像 { $count } 件をブロックしました。
show-pictures = 画像を表示
delivery-waiting = 送信待ち
delivery-waiting-because = 送信待ち：{ $reason }
notification = 自動通知：
delivery-accepted = Microsoft に引き渡し済み（送信済みアイテムの確認待ち）
delivery-sent = 送信済み
delivery-failed = 送信できませんでした：{ $reason }
delivery-bounced = 配信不能で戻りました：{ $reason }
trouble-refused = Microsoft に拒否されました（{ $detail }）
trouble-unconfirmed = Microsoft には受け付けられましたが、送信済みの控えが見つかりません。届いている可能性があるため再送していません。お客様に確認のうえ、必要であればあらためて回答してください
trouble-no-connection = 接続されているサポートアドレスがありません
trouble-template = トリガーの文面に誤りがあります（{ $detail }）
trouble-address-deleted = サポートアドレスが削除されました
trouble-address-deleted-unconfirmed = 送信中にサポートアドレスが削除されました。届いている可能性があります
trouble-again = まだ完了していません。自動的に再試行します（{ $detail }）
support-address = 返信に使うアドレス
no-address = アドレスは削除されました
address-broken-note = 再接続されるまで、返信は送信待ちになります。
follows = 前のチケット
created = 作成
history = 履歴
audit-created = チケットを作成
audit-change = { $field }：{ $from } → { $to }
audit-notification = { $recipients } にメールを送信：{ $subject }
audit-delivery-failure = 配信に失敗：{ $reason }

## Admin Center
channels = チャネル
talk-and-email = 電話とメール
email-channel = メール
email-channel-text = メールボックスを接続します。届いたメールはチケットになり、返信は同じメールボックスから送信されます。
support-addresses = サポートアドレス
support-addresses-text = お客様の問い合わせ先となるアドレスと、その接続を管理します。
manage-addresses = サポートアドレスを管理
address-count = { $count } 件のアドレス
broken-count = { $count } 件のアドレスの接続が切れています。

## Support addresses
add-address = アドレスを追加
connect-external = 外部アドレスを接続
addresses-empty = メールボックスはまだ接続されていません。
addresses-empty-next = Microsoft 365 のメールボックスを接続すると、新しいメールが数秒でチケットになります。
connected-notice = メールボックスを接続しました。これから届くメールはチケットになります。
broken-title = { $address } は接続されていません
broken-effect = 再接続されるまで、このアドレスのメールの読み取りと送信は止まります。送信待ちのメールは保持されます。
connection-type = 接続の種類
connector-name = MS Exchangeコネクタ
default = デフォルト
default-explained = { $address } がデフォルトのアドレスです。パスワードや招待のメールはここから送信されるため、動作を確認できたアドレスだけをデフォルトにできます。
default-missing = デフォルトのアドレスはまだありません。「確認済み」で受信の実績があるアドレスを選んでください。
default-no-delete = デフォルトのアドレスは削除できません。先に別のアドレスをデフォルトにしてください。
not-proved = 「確認済み」になり、メールの読み取りが済むまで、デフォルトにはできません。
make-default = デフォルトにする
view-details = 詳細を表示
reconnect = 再接続
delete = 削除
options-for = { $address } のオプション
waiting-line = 待機中：受信 { $waiting_in } 件、送信 { $waiting_out } 件
import-progress = { $found } 件中 { $done } 件を取り込み済み
import-listing = 最新のメールを確認しています…
import-finished = 取り込み完了：{ $done } 件
import-title = 過去のメールの取り込み
import-silent = 取り込みによって誰かにメールが送信されることはありません。

## States
state-verified = 確認済み
state-delayed = 遅延
state-error = エラー
since = 開始：
verified-cause = 接続は正常です。
verified-next = 対応は必要ありません。
delayed-cause = Microsoft から待機を求められています（一時的な要求の超過、またはメールボックスの移動中）。
delayed-next = 自動的に回復します。メールは失われませんが、送受信がいつもより遅れることがあります。
needs-sign-in-next = 「再接続」を押し、同じ Microsoft アカウントでサインインしてください。その間に届いたメールも読み取られます。
missing-scopes-next = 「再接続」を押してサインインし、すべてのアクセス許可に同意してください。承認が必要と表示された場合は、組織の管理者に許可を依頼してください。
needs-administrator-next = Microsoft 365 の管理者に、このメールボックスでの Postdesk の利用を許可してもらい、「再接続」を押してください。
mailbox-gone-next = Microsoft 365 管理センターで、アカウントに Exchange Online のライセンスとメールボックスがあるか確認してください。復元してから「再接続」を押すか、このアドレスを削除してください。
microsoft-said = Microsoft からの応答
fact-code = コード
fact-number = 番号
fact-message = メッセージ
fact-request-id = 要求 ID（Microsoft サポート用）

## Address details
connection = 接続
account = Microsoft アカウント
tenant = テナント
scopes = アクセス許可
connected-at = 接続日時
last-read = 最後の読み取り
last-sent = 最後の送信
waiting-in = 読み取り待ち
waiting-out = 送信待ち
accounted-title = すべてのメールの記録
accounted-text = このメールボックスで { $seen } 件のメールを確認し、{ $waiting } 件が処理待ちです。
unacknowledged = Outlook で未読のまま（既読処理待ち）
delete-title = アドレスを削除
delete-address = アドレスを削除
delete-effect-in = このアドレスのメールは読み取られなくなります。メールボックスとその中のメールはそのまま残ります。
delete-effect-out = このアドレスからの送信は行われなくなります。
delete-effect-tickets = 以後、チケットへの返信には { $address } を使用します。
delete-effect-tickets-none = チケットは残りますが、返信に使うデフォルトのアドレスがありません。
delete-effect-ledger = メールの記録は残ります。再び接続しても、同じメールが二重にチケットになることはありません。
delete-waiting = 送信待ちのメールが { $count } 件あります。削除すると送信されません。

## Connecting
connect-choose-text = 接続するメールボックスの種類を選んでください。
exchange-connector = Microsoft Exchangeコネクタ
exchange-connector-text = Microsoft 365（Exchange Online）のメールボックス用です。メールは Microsoft Graph を通じて読み取り・送信されます。
connect-steps-title = 接続の流れ
connect-step-1 = Microsoft の画面に移動し、接続するメールボックスのアカウントでサインインします。
connect-step-2 = Postdesk に必要なアクセス許可が表示されるので、同意します。
connect-step-3 = この画面に戻ると、サインインしたアカウントが表示されます。確認するまで何も保存されません。
connect-step-4 = 以後、新しいメールはチケットになり、Outlook で既読になって分類項目が付きます。削除や移動は行いません。
connect-approval-note = 多くの組織では、新しいアプリケーションの利用に管理者の承認が必要です。承認が必要と表示された場合は、Microsoft 365 の管理者にこのページを見せてください。
brand-help = このメールボックスのチケットは、選択したブランドに属します。
import-tick = 最新の300通のメールからチケットを作成する
import-tick-help = 受信トレイの既読・未読のメールが対象です。お客様には何も送信されません。オフにすると、過去のメールは取り込まれません。
permissions-title = アクセス許可とその用途
scope-openid = サインインしたアカウントを確認するため
scope-offline = サインインしていない間も読み取りを続けるため
scope-user = アカウントの名前とアドレスを表示するため
scope-read = メールの読み取り、既読化、分類項目の設定、返信の下書きのため
scope-send = このメールボックスから返信を送信するため
departure-title = Microsoft へ移動します
departure-text = { $host } でサインインします。接続するメールボックスのアカウントを選んでください。
departure-link = Microsoft へ進む
confirm-title = このメールボックスでよろしいですか？
confirm-text = Microsoft でサインインしたアカウント：
signs-in-as = サインイン名：{ $account }
confirm-address = { $address } がサポートアドレスになります。
confirm-brand = チケットはブランド「{ $brand }」に属します。
confirm-import = 最新の { $count } 通のメールがチケットになります。お客様には何も送信されません。
confirm-no-import = 過去のメールはチケットになりません。
confirm-reconnect = 止まっていたところから読み取りを再開し、送信待ちのメールを送信します。
confirm-nothing-saved = まだ何も保存されていません。
wrong-account = 別のアカウントです
connect-failed-title = メールボックスは接続されませんでした
connect-again = もう一度試す

## Mail log
mail-log = メールログ
mail-log-text = メールボックスで確認したすべてのメールと、その処理結果・理由の一覧です。
log-summary = 確認 { $seen } 件、処理待ち { $waiting } 件。
open-mail-log = メールログを開く
mailbox = メールボックス
outcome = 処理結果
filter = 絞り込む
log-empty = 該当するメールはありません。
log-empty-next = 接続したメールボックスを読み取ると表示されます。絞り込みの条件も確認してください。
log-last-error = 直近の処理（{ $attempts } 回目）に失敗：{ $error }
reason-message-id = 同じメール（Message-ID）がすでに届いています
reason-content = 同じ内容のメールがすでに届いています
reason-empty = メールの内容が空です
reason-no-headers = メールにヘッダーがありません
reason-no-mime = Microsoft から原本を取り出せませんでした
reason-end-user-reply = お客様からの返信
reason-agent-reply = エージェントからの返信
reason-automatic-reply = 自動返信（チケットは再オープンされません）
reason-third-party-reply = 第三者からの返信（社内メモとして保存）
reason-cc-without-requester = リクエスタを宛先に含まない CC の方からの返信（社内メモとして保存）
reason-private-ticket = 社内チケットのため、社内メモとして保存
reason-quotes-private-comment = 社内メモが引用されているため、社内メモとして保存
outcome-waiting = 処理待ち
outcome-new-ticket = 新規チケット
outcome-reply = 返信
outcome-follow-up = フォローアップ
outcome-duplicate = 重複
outcome-suspended = 一時停止
outcome-rejected = 拒否
outcome-bounce = 送信メールの不達
outcome-own-mail = 自社の送信メール
outcome-unreadable = 読み取り不能（原本付きチケット）
outcome-vanished = 読み取り前に消失

## What goes wrong: the desk
forbidden-title = 管理者専用のページです
forbidden-cause = お使いのアカウントには、この操作の権限がありません。
forbidden-next = このデスクの管理者に操作を依頼するか、役割の変更を依頼してください。
not-found-title = 見つかりません
not-found-cause = このアドレスには何もないか、削除されています。
not-found-next = アドレスを確認するか、チケットを検索してください。
wrong-login-title = サインインできませんでした
wrong-login-cause = メールアドレスまたはパスワードが正しくありません。
wrong-login-next = 両方を確認して、もう一度お試しください。
too-many-attempts-title = 試行回数が多すぎます
too-many-attempts-cause = このアドレスでサインインの失敗が続きました。
too-many-attempts-next = 数分待ってから、もう一度お試しください。
not-registered-title = Microsoft との連携が未設定です
not-registered-cause = このデスクは Microsoft Entra にアプリケーションとして登録されていません。
not-registered-next = このデスクの運用担当者が一度だけ登録を行い、クライアント ID とシークレットを設定ファイルに記入する必要があります。
unknown-sign-in-title = このサインインは使用できません
unknown-sign-in-cause = すでに使用済みか、有効期限切れか、別のブラウザーまたは別の管理者が開始したものです。
unknown-sign-in-next = 何も保存されていません。サポートアドレスの画面から接続をやり直してください。
other-account-title = 別のアカウントです
other-account-cause = { $got } でサインインされましたが、このアドレスは { $expected } で接続されています。
other-account-next = もう一度「再接続」を押し、Microsoft のアカウント一覧で { $expected } を選んでください。変更は行われていません。
address-in-use-title = アドレスは使用中です
in-use-by-connection-cause = { $address } は、すでにサポートアドレスとして接続されています。
in-use-by-staff-cause = { $address } は、スタッフの { $name } さんのアドレスです。
in-use-by-end-user-cause = { $address } は、エンドユーザーの { $name } さんのアドレスです。
in-use-by-connection-next = 接続が切れている場合は「再接続」を使用してください。新しく接続し直すには、先にアドレスを削除してください。
in-use-by-person-next = サポートアドレスを個人のアドレスと兼用することはできません。別のメールボックスを接続するか、先にその方のアドレスを変更してください。
default-address-title = デフォルトのアドレスでは実行できません
default-address-cause = デフォルトのアドレスは、パスワードや招待のメールの送信に使うため、常に動作している必要があります。削除や切断はできず、動作しているアドレスだけをデフォルトにできます。
default-address-next = 先に、別の「確認済み」のアドレスをデフォルトにしてください。
closed-title = チケットは終了しています
closed-cause = 終了したチケットは変更できません。
closed-next = お客様から再度メールが届くと、フォローアップのチケットが作成されます。
invalid-title = 入力内容を確認してください
invalid-next = 修正して、もう一度送信してください。
problem-empty = { $field }：入力してください。
problem-too-long = { $field }：長すぎます。
problem-too-short = { $field }：短すぎます。
problem-too-large = { $field }：サイズが大きすぎます。
problem-unknown = { $field }：存在しない値です。
problem-not-staff = { $field }：スタッフではありません。
problem-other = { $field }：正しくありません。
cross-site-title = フォームを受け付けられませんでした
cross-site-cause = 別のサイトから、または古いブラウザーから送信されました。
cross-site-next = 通常のアドレスでこのデスクを開き、もう一度お試しください。
too-large-title = サイズが大きすぎます
too-large-cause = 返信と添付ファイルの合計が、Exchange Online で送信できる大きさを超えています。
too-large-next = 前の画面に戻り、添付ファイルを減らすか小さくしてください。
bad-request-title = 要求を処理できません
bad-request-cause = アドレスまたはフォームの内容が不完全です。
bad-request-next = 前の画面に戻って、もう一度お試しください。
own-fault-title = 問題が発生しました
own-fault-cause = デスクの内部で問題が発生しました。操作の誤りではなく、メールは失われていません。
own-fault-next = しばらくしてからもう一度お試しください。続く場合は、運用担当者がデスクのログで原因を確認できます。

## What goes wrong: Microsoft
microsoft-title = Microsoft で処理できませんでした
ms-no-answer-cause = Microsoft から応答がありません。
ms-no-answer-next = このサーバーのインターネット接続を確認し、数分後にもう一度お試しください。
ms-throttled-cause = 要求が多すぎるため、Microsoft から待機を求められました。
ms-throttled-next = 数分後にもう一度お試しください。
ms-server-cause = Microsoft のサーバーで障害が発生しました。
ms-server-next = 数分後にもう一度お試しください。続く場合は、Microsoft 365 管理センターのサービス正常性を確認してください。
ms-moving-cause = メールボックスに一時的にアクセスできません。Microsoft が移動中の可能性があります。
ms-moving-next = 自動的に回復します。時間をおいてお試しください。
ms-access-token-cause = Microsoft が発行したアクセス権が受け付けられなくなりました。
ms-access-token-next = もう一度サインインしてください。
ms-sign-in-cause = このアカウントの再サインインが求められています。パスワードの変更、セッションの取り消し、組織のポリシー変更などが考えられます。
ms-sign-in-next = メールボックスのアカウントで、もう一度サインインしてください。
ms-consent-cause = アクセス許可が得られませんでした。同意が拒否されたか、組織の管理者の承認が必要です。
ms-consent-next = もう一度試して「承諾」を押してください。管理者の承認を求められる場合は、Microsoft 365 の管理者に Postdesk への承認を依頼してください。
ms-missing-scopes-cause = 一部のアクセス許可が得られませんでした。不足：{ $scopes }
ms-missing-scopes-next = もう一度試し、すべてのアクセス許可を選択したまま同意してください。表示されない場合は、組織の管理者による許可が必要です。
ms-denied-cause = Microsoft がアクセスを拒否しました。アクセス許可またはメールボックスの権限が不足しているか、組織のポリシーで禁止されています。
ms-denied-next = Microsoft 365 の管理者に、下のコードを伝えて相談してください。
ms-app-credential-cause = このデスクのクライアント シークレットが受け付けられません。誤っているか、有効期限が切れています。
ms-app-credential-next = このデスクの運用担当者が、Microsoft Entra で新しいシークレットを作成し、設定に記入する必要があります。
ms-app-config-cause = Microsoft Entra の登録内容が一致しません（リダイレクト URI の未登録など）。
ms-app-config-next = このデスクの運用担当者が、登録内容と設定を照合する必要があります。
ms-mailbox-gone-cause = このアカウントには Exchange Online のメールボックスがありません。ライセンスがない、削除済み、または社内サーバー上のメールボックスです。
ms-mailbox-gone-next = アカウントに Exchange Online のライセンスを割り当てるか、別のアカウントを選んでください。社内サーバー上のメールボックスはこの方法では接続できません。
ms-not-found-cause = 要求した項目は Microsoft 側に存在しません。
ms-not-found-next = Outlook で削除された可能性があります。対応は必要ありません。
ms-resync-cause = 読み取り位置の情報が Microsoft 側で失効しました。
ms-resync-next = 自動的にフォルダーを読み直します。メールが二重にチケットになることはありません。
ms-conflict-cause = 同じ項目が同時に変更されました。
ms-conflict-next = もう一度お試しください。
ms-poison-item-cause = Microsoft がこのメールだけを取り出せない状態です。
ms-poison-item-next = 他のメールの処理は続き、このメールはメールログに残ります。
ms-refused-cause = Microsoft がこのメールを拒否しました。サイズや宛先数の超過、またはメールボックスの容量不足です。
ms-refused-next = メールを小さくするか、メールボックスの空きを増やしてから、もう一度返信してください。
ms-bad-request-cause = デスクからの要求が Microsoft に受け付けられませんでした。
ms-bad-request-next = Postdesk の不具合の可能性があります。下のコードを添えて報告してください。
ms-not-genuine-cause = 応答が Microsoft からのものと確認できなかったため、使用しませんでした。
ms-not-genuine-next = 最初からやり直してください。繰り返す場合は、通信への介入やサーバーの時刻のずれが考えられるため、運用担当者に連絡してください。
ms-unexpected-cause = Microsoft からの応答が想定と異なります。
ms-unexpected-next = もう一度お試しください。繰り返す場合は報告してください。


## 登録・同意・サインイン方法



## 接続の詳細と診断

# The list of support addresses
search-addresses = アドレスと名前を検索
field-state = ステータス
all-brands = すべてのブランド
filter-all = すべて
filter-broken = エラー
filter-delayed = 遅延
filter-verified = 確認済み
addresses-found = { $count } 件のアドレス
addresses-none-match = 該当するアドレスはありません。
addresses-none-match-next = 短い語で検索するか、ブランドやステータスを変えてお試しください。
show-all-addresses = すべてのアドレスを表示
brand-addresses = { $count } 件
brand-broken = エラー { $count } 件
broken-since = 接続が切れた日時：
broken-more = ほかに { $count } 件のアドレスの接続が切れています。
broken-show = すべて表示
page-of = { $pages } ページ中 { $page } ページ目
page-newer = 前へ
forwarding-name = 転送
edit-address = 名前とブランドを編集
edit-title = サポートアドレスの編集
edit-name-help = 返信メールの差出人としてお客様に表示される名前です。
edit-brand-help = 今後のチケットはこのブランドに属します。既存のチケットのブランドは変わりません。
address-fixed = アドレス自体は変更できません。別のアドレスを使うには、新しく追加してからこのアドレスを削除してください。
no-reconnect-forwarding = 転送のアドレスにはサインインがないため、再接続は不要です。
system-connection = デスク自身の接続
system-connection-text = パスワードや招待のメールの予備の送信経路です。デフォルトのアドレスから送信できないときに使われ、どのサポートアドレスにも属しません。

# The page of a connection
since-time = { $time } から
connector-details = 接続の方法
mode = サインインの方法
mode-delegated = ユーザーとして（そのユーザーの権限を使用）
mode-app-only = アプリケーションとして（ユーザーのサインインなし）
shared-mailbox = メールボックス
permission-granted = 許可済み
permission-missing = 不足
permissions-none = この接続には Microsoft のアクセス許可は不要です。
activity = 送受信の状況
today-in = 今日の受信
today-out = 今日の送信
how-learnt = 新着メールの確認方法
how-polling = 短い間隔でメールボックスを確認
next-read = 次回の確認
as-soon-as-mended = 接続が回復ししだい
swept-at = 取りこぼしの最終確認
budgets = Microsoft の利用枠
budget-calls = 呼び出し（10分間）
budget-messages = 送信メール（1分間）
budget-recipients = 宛先（1日）
budget-upload = 送信データ（5分間）
budget-of = { $limit } 件中 { $used } 件
budget-megabytes = { $limit } MB 中 { $used } MB
budgets-noted = 最後の読み取り時点：
budgets-none = メールボックスをまだ読み取っていないため、記録がありません。
forecast = 有効期限の見通し
forecast-sign-in = サインイン
forecast-sign-in-text = { $time } まで有効です。デスクが使うたびに（少なくとも1時間ごとに）自動で延長されるため、デスクが長期間停止しない限り失効しません。
forecast-renewed = 最終更新
seen = 確認したメール
journaled = 原本を保存済み
unexplained = 未処理の不明なメール
unexplained-unknown = 未集計（「今すぐ診断」で集計します）
unexplained-none = 0
unexplained-some = { $count } 件（直近の診断で発見し、取り込みました）
account-sum = メールボックスで確認したすべてのメールに、処理結果が必ず1つあります。
waiting-for-outcome = 処理待ち
events = これまでの経過
events-none = まだ記録はありません。
event-by = { $name } さん
request-ids = Microsoft サポート用の要求 ID
request-ids-text = Microsoft サポートは、この ID で失敗した呼び出しを調べます。クリックすると選択されます。
request-ids-none = 失敗した呼び出しはありません。
open-page = 開く

# The check-up
checkup = 診断
checkup-text = サインインから下書きの作成まで順に確かめ、結果ごとに次にすることを示します。メールボックスの内容は変更しません。
check-now = 今すぐ診断
checkup-waits = まもなく診断を始めます。
checkup-running = 診断中：{ $step }
checkup-never = 診断はまだ行われていません。
checkup-fine = 必要な項目はすべて正常です。
checkup-troubles = 対応が必要な項目が { $count } 件あります。
checkup-looks = 確認をお勧めする項目が { $count } 件あります。
checkup-healed = 問題のあった接続が回復したため、「確認済み」に戻しました。
checkup-ended = 診断日時
checkup-step-waits = 未実施
checkup-step-runs = 確認中…
powershell = Exchange 管理者向け：PowerShell（Connect-ExchangeOnline の後に実行）
number-help = { $number }（{ $name }）について
verdict-ok = 正常
verdict-skipped = 対象外
verdict-look = 要確認
verdict-trouble = 要対応
step-registration = デスクの登録
step-sign-in = サインイン
step-permissions = アクセス許可
step-mailbox = Exchange Online のメールボックス
step-read = 受信トレイの読み取り
step-draft = 下書きの作成
step-round-trip = テストメールの往復
step-clock = 時計
step-notification = 公開アドレス
step-throttling = Microsoft の制限
step-other-reader = ほかの利用者やプログラム
step-ledger = すべてのメールの記録
step-dns = ドメインの DNS
found-registered = デスクは Microsoft Entra に登録されています。
found-not-registered = デスクが Microsoft Entra に登録されていないため、メールボックスに接続できません。
found-sign-in-works = 新しいアクセストークンを取得できました（有効期限：{ $time }）。
found-timed-out = { $seconds } 秒以内に応答がありませんでした。
found-timed-out-next = このサーバーのインターネット接続と Microsoft のサービス正常性を確認し、もう一度診断してください。
found-not-tried = 「{ $step }」に失敗したため、確認していません。
found-all-permissions = 必要な { $granted } 件のアクセス許可がすべてあります。
found-permissions-missing = 不足しているアクセス許可：{ $missing }
found-mailbox-there = メールボックスは応答しています。受信トレイには { $total } 件（未読 { $unread } 件）のメールがあります。
found-inbox-read = 受信トレイを読み取れます。最新のメールは { $time } に届きました。
found-inbox-empty = 受信トレイを読み取れます（メールはありません）。
found-draft-works = 下書きを作成して削除できました。返信を作成できます。
found-proved = { $time } にテストメールの往復を確認しました。
found-proved-long-ago = テストメールの往復を最後に確認したのは { $time } で、時間がたっています。
found-never-proved = テストメールの往復はまだ確認されていません。
found-prove-next = 別のアドレスからこのアドレスにメールを送ってチケットに返信するか、デスクからテストメールを送信してください。
found-clock-right = このサーバーの時計は Microsoft の時計と一致しています。
found-clock-ahead = このサーバーの時計は Microsoft より { $seconds } 秒進んでいます。
found-clock-behind = このサーバーの時計は Microsoft より { $seconds } 秒遅れています。
found-clock-next = このサーバーの時刻同期（NTP）を有効にしてください。5分以上ずれると、サインインが拒否されます。
found-clock-unknown = Microsoft の応答に時刻が含まれていませんでした。
found-not-public = 公開の https アドレスがないため、Microsoft からの通知は使わず、短い間隔でメールボックスを確認しています。問題はありません。
found-public-answers = 公開アドレスからこのデスクに到達できます。
found-public-silent = 公開アドレスが応答しません（{ $detail }）。
found-public-other = 公開アドレスで別のものが応答しています（ステータス { $status }）。
found-public-next = 設定の public_url、デスクの前段のプロキシ、証明書を確認してください。それまでは短い間隔でメールボックスを確認するため、メールは失われません。
found-budgets-fine = Microsoft から待機は求められていません。10分間の呼び出しは 10,000 件中 { $calls } 件です。
found-throttled = 直近の10分間に { $times } 回、Microsoft から待機を求められました。
found-throttled-next = 求められた時間だけ待つため、メールは失われません。続く場合は、同じメールボックスを使っている別のプログラムがないか確認してください。
found-budget-low = 10分間の呼び出しが 10,000 件中 { $calls } 件に達しています。
found-alone = ほかの利用者はいないようです。直近1日のメール { $count } 件のうち、デスクより先に扱われたものはほとんどありません。
found-too-few = 直近1日の受信が5件未満のため、判断できません。
found-other-reader = ほかの人またはプログラムがこのメールボックスを扱っています。到着から2分以内に確認した { $prompt } 件のうち、{ $read } 件が既読で、{ $vanished } 件がなくなっていました。
found-other-reader-next = 受信トレイのルール、このメールボックスに接続している別のプログラム、利用している人がいないか確認してください。デスクが確認する前に移動・削除されたメールはチケットになりません。
found-ledger-complete = { $time } 以降のメール { $counted } 件を数え、すべてがメールログにあることを確認しました。不明なメール：0 件。
found-ledger-took-in = メールボックスの { $counted } 件のうち、{ $unexplained } 件がメールログにありませんでした。現在、取り込んでいます。
found-ledger-took-in-next = 数分後にもう一度診断してください。繰り返す場合は、下の ID を添えてご報告ください。
found-ledger-waits = { $waiting } 件のメールが処理待ちです（最も古いものは { $time } から）。
found-ledger-waits-next = 待っている理由は、メールログで1件ずつ確認できます。
found-domain-for-tests = { $domain } はテスト専用のドメインのため、DNS の確認は行いません。
found-dns-silent = DNS サーバーに問い合わせできませんでした（{ $question }）。
found-dns-silent-next = ドメインの問題とは限りません。このサーバーから DNS サーバーに接続できるようにするか、設定の dns_server で指定してください。
found-mx-microsoft = ドメイン宛てのメールは Exchange Online に届きます（MX）。
found-mx-there = ドメイン宛てのメールは { $hosts } に届きます（MX）。
found-mx-elsewhere = ドメイン宛てのメールは、Exchange Online ではなく先に { $hosts } に届きます（MX）。
found-mx-elsewhere-next = Exchange Online の前にメールフィルターがある場合は問題ありません。このアドレス宛てのメールが転送されることを確認してください。
found-mx-missing = ドメイン { $domain } に MX レコードがなく、ほかのメールサーバーは配送先を判断できません。
found-mx-missing-next = Microsoft 365 管理センターの［設定］→［ドメイン］に表示される MX レコードを公開してください。
found-spf-right = SPF レコードで、Microsoft からの送信が許可されています。
found-spf-missing = ドメインに SPF レコードがないため、返信が迷惑メールと判定されるおそれがあります。
found-spf-missing-next = ドメインに次の TXT レコードを公開してください：{ $record }
found-spf-without = SPF レコードに Microsoft が含まれていません：{ $record }
found-spf-without-next = レコードに include:spf.protection.outlook.com を追加してください。
found-spf-twice = ドメインに SPF レコードが複数あるため、無効とみなされます。
found-spf-twice-next = 1つのレコードにまとめてください。
found-dkim-right = Microsoft の DKIM キーが公開されています。
found-dkim-missing = Microsoft の DKIM キーが公開されていません（{ $names }）。
found-dkim-missing-next = 下のコマンドで表示される2つの CNAME レコードを公開し、Microsoft Defender でドメインの DKIM を有効にしてください。
found-dmarc-right = DMARC ポリシーが公開されています：{ $policy }
found-dmarc-missing = ドメインに DMARC ポリシーがありません。大手のメール事業者は設定を求めています。
found-dmarc-missing-next = { $name } に TXT レコードを公開してください。はじめは v=DMARC1; p=none で構いません。
found-microsofts-domain = Microsoft の既定のドメイン（onmicrosoft.com）のアドレスのため、組織外の宛先への送信は1日100件までです。
found-microsofts-domain-next = メールボックスに自社ドメインのアドレスを設定し、そのアドレスを接続してください。
entra-help-reconnect = 再サインインが必要です。パスワードの変更、セッションの取り消し、多要素認証の要求などにより、サインインは無効になります。
entra-help-restart-login = サインインが中断されたか、二重に使われました。最初からやり直してください。
entra-help-consent = アクセス許可への同意がないか、取り消されました。
entra-help-admin-consent = この組織では、管理者だけが同意できます。
entra-help-admin-config = 管理者が Microsoft Entra の［エンタープライズ アプリケーション］で Postdesk の設定を変更する必要があります。
entra-help-admin-action = 管理者がアカウント、アプリケーションの割り当て、または条件付きアクセス ポリシーを変更する必要があります。
entra-help-app-credential = デスクのクライアント シークレットまたは証明書が誤っているか、有効期限が切れています。
entra-help-app-config = デスクの登録内容が一致しません（リダイレクト URI、テナントの種類、アクセス許可、クラウドなど）。
entra-help-transient = 一時的なもので、自動的に再試行されます。
entra-help-client-bug = 同じトークンの要求が多すぎました。自動的に待機します。続く場合はご報告ください。

# What happens to a connection, in order
happened-connected = 接続しました（{ $by }）
happened-reconnected = 再接続しました（{ $by }）
happened-moved = { $from }から{ $to }に切り替えました
way-forwarding = 転送
way-delegated = ユーザーのサインイン
way-app-only = アプリケーションのサインイン
happened-verified = 確認済み：接続は正常です
happened-delayed = 遅延：Microsoft から待機を求められているか、応答がありません
happened-needs-sign-in = エラー：再サインインが必要です
happened-needs-administrator = エラー：管理者の対応が必要です
happened-app-credential = エラー：デスクの登録が拒否されました
happened-mailbox-gone = エラー：メールボックスがありません
happened-caught-up = 滞留分を処理しました：受信 { $came } 件、送信 { $went } 件
happened-deleted = 削除しました
happened-edited = 名前またはブランドを変更しました（現在の名前：{ $name }）
happened-made-default = デフォルトのアドレスにしました
happened-proved = テストメールが { $seconds } 秒で往復しました
happened-not-proved = テストメールが時間内に戻りませんでした
happened-resynced = 読み取り位置が Microsoft 側で失効したため、受信トレイを読み直しました
happened-sweep-found = 取りこぼしていたメールを { $found } 件見つけました
happened-notifications-on = 新着メールの通知を Microsoft から受け取っています
happened-notifications-silent = 通知が届かなくなったため、短い間隔で確認しています
happened-notifications-removed = Microsoft が通知を解除したため、短い間隔で確認しています
happened-notifications-refused = Microsoft が通知を拒否したため、短い間隔で確認しています
happened-notifications-expired = 通知の期限が切れたため、短い間隔で確認しています
happened-notifications-off = 通知はオフです。短い間隔で確認しています
happened-alarm-told = 別の手段で担当者に知らせました
happened-import-started = { $mails } 件の取り込みを開始しました
happened-import-paused = 取り込みを一時停止しました
happened-import-resumed = 取り込みを再開しました
happened-import-finished = 取り込みが完了しました：{ $mails } 件
happened-import-undone = 取り込みを取り消しました：{ $mails } 件
happened-checked-up = { $troubles ->
        [0] 診断：必要な項目はすべて正常です
       *[other] 診断：対応が必要な項目が { $troubles } 件あります
    }



## 転送



## チーム・招待・パスワード



## 取り込み



## 通知とアラーム



## API
