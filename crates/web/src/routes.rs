//! Every address of the desk, who may open it, and what answers: the table of contents.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::{MethodRouter, get, post};

use crate::app::App;
use crate::pages::{
    addresses, admin, alarms, answer, api_tokens, attachments, comments, connect, connection, consent,
    end_users, file_links, forwarding, imports, mail_log, mail_template, password, print, registration,
    regroup, replay, senders, sign_in, source, suspended, suspended_mail, team, ticket, tickets,
};
use crate::reader::{admins_only, staff_only};
use crate::{health, live};

/// Largest answer with its files, in bytes: the largest file and the form around it. What is too large for a mail goes as a link.
pub(crate) const ANSWER_LIMIT: usize = 55 * 1024 * 1024;
/// Largest form that is read at all. Between the two the files are passed over and what was typed is kept: whoever stops reading at
/// the first limit may not have come to the text yet.
const ANSWER_READ: usize = 2 * ANSWER_LIMIT;

/// Largest form of a mail template, in bytes: two templates, each letter of them escaped.
const TEMPLATE_LIMIT: usize = 2 * 1024 * 1024;

/// Largest form with a file of people, in bytes: the file's text and its frame.
const CSV_LIMIT: usize = 5 * 1024 * 1024;

/// Who may open a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Everybody.
    Open,
    /// Agents, admins, the owner.
    Staff,
    /// Admins and the owner.
    Admins,
}

/// One address.
pub struct Route {
    /// Who may.
    pub door: Door,
    /// The path, in axum's form.
    pub path: &'static str,
    handler: MethodRouter<App>,
}

impl Route {
    /// Adds it to the router, behind its door.
    pub(crate) fn mount(self, router: Router<App>, _: &App) -> Router<App> {
        let handler = match self.door {
            Door::Open => self.handler,
            Door::Staff => self.handler.layer(from_fn(staff_only)),
            Door::Admins => self.handler.layer(from_fn(admins_only)),
        };
        router.route(self.path, handler)
    }
}

fn open(path: &'static str, handler: MethodRouter<App>) -> Route {
    Route { door: Door::Open, path, handler }
}

fn staff(path: &'static str, handler: MethodRouter<App>) -> Route {
    Route { door: Door::Staff, path, handler }
}

fn admins(path: &'static str, handler: MethodRouter<App>) -> Route {
    Route { door: Door::Admins, path, handler }
}

/// All of them.
#[rustfmt::skip]
pub fn all() -> Vec<Route> {
    vec![
        open("/", get(sign_in::home)),
        open("/sign-in", get(sign_in::form).post(sign_in::sign_in)),
        open("/sign-out", post(sign_in::sign_out)),

        staff("/tickets", get(tickets::list)),
        staff("/tickets/{id}", get(ticket::page)),
        staff("/tickets/{id}/answer", post(answer::answer).layer(DefaultBodyLimit::max(ANSWER_READ))),
        staff("/tickets/{id}/change", post(ticket::change)),
        staff("/tickets/{id}/print", get(print::page)),
        staff("/tickets/{id}/merge", post(regroup::merge)),
        staff("/tickets/{id}/unmerge", post(regroup::unmerge)),
        staff("/comments/{id}/split", post(regroup::split)),
        staff("/tickets/{id}/links", get(file_links::list)),
        staff("/suspended", get(suspended::list)),
        staff("/suspended/act", post(suspended::act)),
        staff("/suspended/export.csv", get(suspended::export)),
        staff("/suspended/{id}", get(suspended_mail::page)),
        staff("/suspended/{id}/body", get(suspended_mail::body)),
        staff("/suspended/{id}/original", get(suspended_mail::original)),
        staff("/suspended/{id}/files/{number}", get(suspended_mail::file)),
        staff("/suspended/{id}/files/{number}/inline", get(suspended_mail::inline)),
        staff("/suspended/{id}/recover", post(suspended_mail::recover)),
        staff("/suspended/{id}/change", post(suspended_mail::recover_changed)),
        staff("/comments/{id}/body", get(comments::body)),
        staff("/comments/{id}/original", get(comments::original)),
        staff("/comments/{id}/source", get(source::page)),
        staff("/attachments/{id}", get(attachments::download)),
        staff("/attachments/{id}/inline", get(attachments::inline)),
        staff("/attachments/{id}/links/renew", post(file_links::renew)),
        staff("/attachments/{id}/links/revoke", post(file_links::revoke)),
        open("/files/{word}", get(file_links::open)),
        staff("/live", get(live::live)),

        admins("/admin", get(admin::home)),
        admins("/admin/channels/email", get(admin::email)),
        admins("/admin/channels/email/mail-log", get(mail_log::page)),
        admins("/admin/channels/email/mail-log/{id}/again", post(mail_log::again)),
        admins("/admin/channels/email/mail-log/{id}/no-duplicate", post(mail_log::no_duplicate)),
        admins("/admin/channels/email/mail-log/{id}/replay", get(replay::page).post(replay::apply)),
        admins("/admin/channels/email/senders", get(senders::page).post(senders::save)),
        admins("/admin/channels/email/addresses", get(addresses::list)),
        admins("/admin/channels/email/addresses/connect", get(connect::choose)),
        admins("/admin/channels/email/addresses/connect/exchange", get(connect::form).post(connect::depart)),
        admins("/admin/channels/email/addresses/{id}", get(connection::details)),
        admins("/admin/channels/email/addresses/{id}/delete", get(addresses::ask_delete).post(addresses::delete)),
        admins("/admin/channels/email/addresses/{id}/default", post(addresses::make_default)),
        admins("/admin/channels/email/addresses/{id}/reconnect", post(connect::reconnect)),
        admins("/admin/connect/return", get(connect::returned)),
        admins("/admin/connect/confirm/{id}", get(connect::ask).post(connect::confirm)),

        // How mail to people looks
        admins("/admin/channels/email/template", get(mail_template::page).post(mail_template::save).layer(DefaultBodyLimit::max(TEMPLATE_LIMIT))),
        admins("/admin/channels/email/template/preview", get(mail_template::preview).post(mail_template::preview_typed).layer(DefaultBodyLimit::max(TEMPLATE_LIMIT))),
        admins("/admin/channels/email/template/test", post(mail_template::test).layer(DefaultBodyLimit::max(TEMPLATE_LIMIT))),
        admins("/admin/channels/email/template/reset", post(mail_template::reset)),
        admins("/admin/channels/email/template/signature/{id}", post(mail_template::sign)),
        admins("/admin/channels/email/template/zone", post(mail_template::zone)),
        admins("/admin/channels/email/template/rules", post(mail_template::rule)),

        // Registration, consent and ways to sign in
        admins("/admin/channels/email/registration", get(registration::page).post(registration::save)),
        admins("/admin/channels/email/registration/certificate", post(registration::make_certificate)),
        admins("/admin/channels/email/registration/certificate.cer", get(registration::certificate)),
        admins("/admin/channels/email/addresses/connect/exchange/approval/{word}", get(consent::approval)),
        admins("/admin/channels/email/addresses/{id}/way", get(connect::way)),
        open("/consent/return", get(consent::returned)),
        open("/consent/{word}", get(consent::invitation)),

        // Connection details and check-up
        open("/health", get(health::health)),
        admins("/admin/channels/email/addresses/{id}/check", post(connection::check)),
        admins("/admin/channels/email/addresses/{id}/edit", get(connection::ask_edit).post(connection::edit)),

        // Forwarding
        admins("/admin/channels/email/addresses/connect/forwarding", get(forwarding::form).post(forwarding::add)),
        admins("/admin/channels/email/addresses/{id}/forwarding", get(forwarding::page)),
        admins("/admin/channels/email/addresses/{id}/forwarding/verify", post(forwarding::verify)),
        admins("/admin/channels/email/addresses/{id}/move", post(forwarding::begin_move)),
        admins("/admin/channels/email/addresses/{id}/move/give-up", post(forwarding::give_up)),
        admins("/admin/channels/email/addresses/{id}/move/confirm", post(forwarding::confirm)),
        admins("/admin/channels/email/way-out", get(forwarding::way_out)),
        admins("/admin/channels/email/way-out/test", post(forwarding::test_way_out)),

        // Team, invitations and passwords
        open("/forgot-password", get(password::forgot_form).post(password::forgot)),
        open("/password/{secret}", get(password::choose_form).post(password::choose)),
        admins("/admin/people/team", get(team::list)),
        admins("/admin/people/team/invite", get(team::invite_form).post(team::invite)),
        admins("/admin/people/team/{id}", get(team::person).post(team::change)),
        admins("/admin/people/team/{id}/addresses", post(team::addresses)),
        admins("/admin/people/team/{id}/resend", post(team::resend)),
        admins("/admin/people/team/{id}/link", post(team::link)),
        admins("/admin/people/team/{id}/role", post(team::role)),
        admins("/admin/people/team/{id}/deactivate", post(team::deactivate)),
        admins("/admin/people/team/{id}/reactivate", post(team::reactivate)),
        admins("/admin/people/end-users", get(end_users::list)),
        admins("/admin/people/end-users/new", get(end_users::new_form).post(end_users::make)),
        admins("/admin/people/end-users/{id}", get(team::person).post(team::change)),
        admins("/admin/people/end-users/{id}/addresses", post(team::addresses)),
        admins("/admin/people/import", get(end_users::import_form).post(end_users::import).layer(DefaultBodyLimit::max(CSV_LIMIT))),
        admins("/admin/apps/api-tokens", get(api_tokens::list).post(api_tokens::make)),
        admins("/admin/apps/api-tokens/{id}/revoke", post(api_tokens::revoke)),

        // Imports
        admins("/admin/channels/email/addresses/{id}/prove", post(addresses::prove)),
        admins("/admin/channels/email/addresses/{id}/import", get(imports::form).post(imports::ask)),
        admins("/admin/channels/email/imports/{id}", get(imports::import)),
        admins("/admin/channels/email/imports/{id}/pause", post(imports::pause)),
        admins("/admin/channels/email/imports/{id}/resume", post(imports::resume)),
        admins("/admin/channels/email/imports/{id}/undo", post(imports::undo)),
        admins("/admin/channels/email/previews/{id}", get(imports::preview)),
        admins("/admin/channels/email/previews/{id}/cancel", post(imports::cancel_preview)),
        admins("/admin/channels/email/previews/{id}/import", post(imports::import_previewed)),
        admins("/admin/connect/confirm/{id}/preview", post(imports::preview_sign_in)),

        // Notifications and alarms (what Microsoft calls stands in `notifications`, outside sessions)
        admins("/admin/alarms", get(alarms::page).post(alarms::save)),
        admins("/admin/alarms/test", post(alarms::test)),
    ]
}
