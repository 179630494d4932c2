//! How mail to people looks, and links to files.

use desk::template::{Fault, Form, MailTemplate, Signature};
use desk::{AttachmentId, BrandId, CommentId, TicketId};
use engine::{LinkedFile, MailRules, MailWriting};
use store::{BlobId, Brand, NewAttachment, StoredAttachment};

use super::content::ago;
use super::{Sample, Shown};
use crate::pages::file_links::{ExpiredPage, LinksPage};
use crate::pages::mail_template::{PreviewPage, TemplatePage, explain_fault};

impl Sample {
    pub(super) fn writing(&self) -> Vec<Shown> {
        let fault = Fault::Broken {
            form: Form::Html,
            line: Some(12),
            what: "unexpected end of variable block, expected `}}`".to_owned(),
        };
        let words = explain_fault(self.page("/").t, &fault);
        vec![
            self.shown("mail-template", &self.mail_template(None)),
            self.shown("mail-template-broken", &self.mail_template(Some(words.clone()))),
            self.shown(
                "mail-preview-broken",
                &PreviewPage { page: self.page("/"), problem: Some(words), text: None },
            ),
            self.shown("file-expired", &ExpiredPage { page: self.nobodys("/files/0123"), expired: true }),
            self.shown("file-unknown", &ExpiredPage { page: self.nobodys("/files/0123"), expired: false }),
            self.shown("file-links", &self.links(true)),
            self.shown("file-links-empty", &self.links(false)),
        ]
    }

    fn mail_template(&self, bad: Option<String>) -> TemplatePage {
        let typed = MailTemplate {
            delimiter: bad.is_some().then(|| "Schreiben Sie bitte über dieser Zeile".to_owned()),
            ..MailTemplate::default()
        };
        TemplatePage {
            page: self.page("/admin/channels/email/template"),
            writing: MailWriting {
                template: typed.clone(),
                changed: bad.is_some(),
                fault: None,
                rules: MailRules::default(),
                time_zone: Some("Asia/Tokyo".to_owned()),
                signatures: vec![(
                    Brand { id: BrandId(1), name: "Contoso".to_owned() },
                    Signature {
                        text: "{{ brand.name }} カスタマーサポート\n{{ agent.name }}".to_owned(),
                        html: String::new(),
                    },
                )],
            },
            typed,
            good: None,
            bad,
        }
    }

    fn links(&self, some: bool) -> LinksPage {
        let file = |id: i64, name: &str| StoredAttachment {
            id: AttachmentId(id),
            comment: CommentId(1),
            ticket: TicketId(42),
            file: NewAttachment {
                name: name.to_owned(),
                content_type: "application/pdf".to_owned(),
                content_id: None,
                inline: false,
                size: 12_345_678,
                blob: BlobId(String::new()),
                finding: None,
            },
        };
        let long = "2026年度下半期_業務システム利用料_請求書および支払期日変更のご案内_最終版(修正済み)_20261127.pdf";
        let files = [
            LinkedFile { file: file(1, long), links: 2, open_until: Some(ago(-6 * 1440)), ended_at: None },
            LinkedFile { file: file(2, "plan.zip"), links: 1, open_until: None, ended_at: Some(ago(60)) },
        ];
        LinksPage {
            page: self.page("/tickets/42/links"),
            sidebar: self.sidebar(None),
            ticket: TicketId(42),
            files: if some { files.into() } else { Vec::new() },
        }
    }
}
