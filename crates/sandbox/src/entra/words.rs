//! What the sign-in pages say, in English and Japanese.

use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};

/// Language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Japanese.
    Japanese,
}

impl Language {
    /// The language a browser (`Accept-Language`) or an application (`ui_locales`, `mkt`) asks for: whichever of the two
    /// is named first, else English.
    pub fn wanted(asked: Option<&str>, headers: &HeaderMap) -> Self {
        let header = headers.get("accept-language").and_then(|v| v.to_str().ok());
        let named = asked.filter(|a| !a.is_empty()).or(header).unwrap_or_default().to_ascii_lowercase();
        let mut tags: Vec<(f32, &str)> = named
            .split([',', ' '])
            .filter_map(|part| {
                let (tag, weight) = part.split_once(";q=").unwrap_or((part, "1"));
                let tag = tag.trim();
                (!tag.is_empty()).then(|| (weight.trim().parse().unwrap_or(0.0), tag))
            })
            .collect();
        tags.sort_by(|a, b| b.0.total_cmp(&a.0));
        let known = tags.iter().find_map(|(_, tag)| match tag.split('-').next() {
            Some("ja") => Some(Self::Japanese),
            Some("en") => Some(Self::English),
            _ => None,
        });
        known.unwrap_or_default()
    }

    /// Its words.
    pub fn words(self) -> &'static Words {
        match self {
            Self::English => &ENGLISH,
            Self::Japanese => &JAPANESE,
        }
    }

    /// One of two texts.
    pub fn pick(self, english: &'static str, japanese: &'static str) -> &'static str {
        match self {
            Self::English => english,
            Self::Japanese => japanese,
        }
    }
}

/// The words of the pages. `{app}` stands for the application's name.
pub struct Words {
    /// Language tag for the page.
    pub lang: &'static str,
    /// What this is, above every page.
    pub brand: &'static str,
    /// What this is, below every page.
    pub footer: &'static str,
    /// Title of the sign-in pages.
    pub title: &'static str,
    pub sign_in: &'static str,
    pub email: &'static str,
    pub password: &'static str,
    pub cancel: &'static str,
    pub accept: &'static str,
    pub pick: &'static str,
    pub signed_in: &'static str,
    pub other: &'static str,
    pub code_title: &'static str,
    pub code_text: &'static str,
    pub code: &'static str,
    pub verify: &'static str,
    pub code_wrong: &'static str,
    pub requested: &'static str,
    pub requested_for_all: &'static str,
    pub wants: &'static str,
    pub for_all: &'static str,
    pub on_behalf: &'static str,
    pub consent_note: &'static str,
    pub admin_title: &'static str,
    pub admin_text: &'static str,
    pub admin_back: &'static str,
    pub approval_title: &'static str,
    pub approval_text: &'static str,
    pub approval_reason: &'static str,
    pub approval_send: &'static str,
    pub approval_sent: &'static str,
    pub approval_sent_text: &'static str,
    pub back: &'static str,
    pub trouble: &'static str,
    pub blocked: &'static str,
    pub another: &'static str,
    pub signed_out: &'static str,
    pub nobody: &'static str,
    pub not_here: &'static str,
    pub personal: &'static str,
    pub wrong: &'static str,
    pub disabled: &'static str,
    pub locked: &'static str,
}

const ENGLISH: Words = Words {
    lang: "en",
    brand: "Sandbox sign-in",
    footer: "A stand-in for Microsoft Entra ID. Nothing you type here leaves this machine.",
    title: "Sign in to your account",
    sign_in: "Sign in",
    email: "Email",
    password: "Password",
    cancel: "Cancel",
    accept: "Accept",
    pick: "Pick an account",
    signed_in: "Signed in",
    other: "Use another account",
    code_title: "Enter code",
    code_text: "Your organization needs more information to keep your account secure. Enter the code of your authenticator app. (In the sandbox any six digits do.)",
    code: "Code",
    verify: "Verify",
    code_wrong: "You didn't enter the expected verification code. Please try again.",
    requested: "Permissions requested",
    requested_for_all: "Permissions requested: review for your organization",
    wants: "{app} would like to:",
    for_all: "If you accept, this app gets access to these resources for all users in your organization. No one else will be prompted to review these permissions.",
    on_behalf: "Consent on behalf of your organization",
    consent_note: "Accepting means that you allow this app to use your data. You can take it back at any time.",
    admin_title: "Need admin approval",
    admin_text: "{app} needs permission to access resources in your organization that only an admin can grant. Please ask an admin to grant permission to this app before you can use it.",
    admin_back: "Return to the application without granting consent",
    approval_title: "Approval required",
    approval_text: "{app} requires your admin's approval to:",
    approval_reason: "Enter justification for requesting this app",
    approval_send: "Request approval",
    approval_sent: "Request sent",
    approval_sent_text: "Your admins have been told. You can use {app} once one of them has approved it.",
    back: "Back to app",
    trouble: "Sorry, but we're having trouble signing you in.",
    blocked: "You cannot access this right now",
    another: "Sign out and sign in with a different account",
    signed_out: "You signed out of your account.",
    nobody: "This username may be incorrect. Make sure that you typed it correctly. Otherwise, contact your admin. (50034)",
    not_here: "Selected user account does not exist in tenant '{tenant}' and cannot access the application in that tenant. Please use a different account. (50020)",
    personal: "You can't sign in here with a personal account. Use your work or school account instead.",
    wrong: "Your account or password is incorrect. (50126)",
    disabled: "Your account has been locked. Contact your support person to unlock it, then try again. (50057)",
    locked: "Your account is temporarily locked to prevent unauthorized use. Try again later, and if you still have trouble, contact your admin. (50053)",
};

const JAPANESE: Words = Words {
    lang: "ja",
    brand: "サンドボックスのサインイン",
    footer: "Microsoft Entra ID の代わりに動く練習用の画面です。ここに入力した内容がこのコンピューターの外に出ることはありません。",
    title: "アカウントにサインイン",
    sign_in: "サインイン",
    email: "メール アドレス",
    password: "パスワード",
    cancel: "キャンセル",
    accept: "承諾",
    pick: "アカウントを選択する",
    signed_in: "サインイン済み",
    other: "別のアカウントを使用する",
    code_title: "コードの入力",
    code_text: "アカウントを安全に保つため、組織により追加の確認が求められています。認証アプリに表示されているコードを入力してください (サンドボックスでは 6 桁の数字であれば何でもかまいません)。",
    code: "コード",
    verify: "検証",
    code_wrong: "確認コードが正しくありません。もう一度お試しください。",
    requested: "要求されているアクセス許可",
    requested_for_all: "要求されているアクセス許可: 組織のレビュー",
    wants: "{app} は次の許可を求めています:",
    for_all: "同意すると、このアプリは組織内のすべてのユーザーについて、指定のリソースにアクセスできるようになります。他のユーザーに確認画面は表示されません。",
    on_behalf: "組織の代理として同意する",
    consent_note: "承諾すると、このアプリによるデータの使用を許可したことになります。許可はいつでも取り消せます。",
    admin_title: "管理者の承認が必要",
    admin_text: "{app} には、管理者だけが付与できる組織内のリソースへのアクセス許可が必要です。このアプリを使用するには、アクセス許可を付与するよう管理者に依頼してください。",
    admin_back: "同意せずにアプリケーションに戻る",
    approval_title: "承認が必要です",
    approval_text: "{app} が次の操作を行うには、管理者の承認が必要です:",
    approval_reason: "このアプリを必要とする理由を入力してください",
    approval_send: "承認を要求",
    approval_sent: "要求を送信しました",
    approval_sent_text: "管理者に通知されました。管理者が承認すると {app} を使用できるようになります。",
    back: "アプリに戻る",
    trouble: "申し訳ありませんが、サインイン中に問題が発生しました。",
    blocked: "現在、これにアクセスすることはできません",
    another: "サインアウトして別のアカウントでサインインする",
    signed_out: "アカウントからサインアウトしました。",
    nobody: "このユーザー名は間違っている可能性があります。入力内容が正しいことをご確認ください。正しい場合は、管理者にお問い合わせください。(50034)",
    not_here: "選択したユーザー アカウントはテナント '{tenant}' に存在しないため、そのテナントのアプリケーションにアクセスできません。別のアカウントを使用してください。(50020)",
    personal: "ここでは個人用アカウントでサインインできません。職場または学校アカウントを使用してください。",
    wrong: "アカウントまたはパスワードが正しくありません。(50126)",
    disabled: "アカウントがロックされています。ロックの解除についてサポート担当者に連絡してから、もう一度お試しください。(50057)",
    locked: "不正使用を防ぐため、アカウントは一時的にロックされています。しばらくしてからもう一度お試しください。問題が解決しない場合は、管理者にお問い合わせください。(50053)",
};

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_language_is_the_one_asked_for_first() {
        let cases = [
            (None, "ja", Language::Japanese),
            (None, "ja-JP,ja;q=0.9,en;q=0.8", Language::Japanese),
            (None, "en-US,en;q=0.9,ja;q=0.8", Language::English),
            (None, "en;q=0.3, ja;q=0.7", Language::Japanese),
            (None, "de,fr;q=0.5", Language::English),
            (None, "", Language::English),
            (Some("ja-JP en"), "en", Language::Japanese),
            (Some(""), "ja", Language::Japanese),
        ];
        for (asked, header, expected) in cases {
            let mut headers = HeaderMap::new();
            headers.insert("accept-language", header.parse().unwrap());
            assert_eq!(Language::wanted(asked, &headers), expected, "{asked:?} {header}");
        }
    }
}
