//! Admin Center > People > Team members: who answers here, who may come in, and their invitations.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use desk::{Language, PersonId, Role};
use engine::{Invitation, Invited, LinkMail, MemberState, PersonChange, TeamMember};
use i18n_embed_fl::fl;
use mail::Address;
use serde::Deserialize;
use store::Member;

use crate::app::App;
use crate::explain;
use crate::failure::Failure;
use crate::page::{Answer, Page, show, show_as};
use crate::pages::sign_in::to;
use crate::reader::Reader;
use crate::wording;

/// The list.
pub(crate) const TEAM: &str = "/admin/people/team";

#[derive(Template)]
#[template(path = "team.html")]
pub(crate) struct TeamPage {
    pub(crate) page: Page,
    pub(crate) members: Vec<TeamMember>,
    pub(crate) me: PersonId,
    pub(crate) done: Option<String>,
}

/// What has just happened, for the notice on top.
#[derive(Debug, Deserialize)]
pub(crate) struct Notice {
    #[serde(default)]
    done: String,
}

pub(crate) async fn list(State(app): State<App>, reader: Reader, Query(notice): Query<Notice>) -> Answer {
    let actor = reader.actor()?;
    let page = Page::of(&reader);
    let done = match notice.done.as_str() {
        "invited" => Some(fl!(page.t, "team-invited-notice")),
        "sent" => Some(fl!(page.t, "team-sent-notice")),
        "saved" => Some(fl!(page.t, "people-saved")),
        "deactivated" => Some(fl!(page.t, "team-deactivated-notice")),
        "reactivated" => Some(fl!(page.t, "team-reactivated-notice")),
        _ => None,
    };
    let members = app.engine.team(&actor).await?;
    show(&TeamPage { page, members, me: actor.person.id, done })
}

impl TeamPage {
    fn role(&self, row: &TeamMember) -> String {
        wording::role(self.page.t, row.member.person.role)
    }

    fn is_owner(&self, row: &TeamMember) -> bool {
        row.member.person.role == Role::Owner
    }

    fn is_admin(&self, row: &TeamMember) -> bool {
        row.member.person.role.is_admin()
    }

    fn is_me(&self, row: &TeamMember) -> bool {
        row.member.person.id == self.me
    }

    fn is_invited(&self, row: &TeamMember) -> bool {
        matches!(row.state, MemberState::Invited { .. })
    }

    fn is_gone(&self, row: &TeamMember) -> bool {
        row.state == MemberState::Deactivated
    }

    /// Style and words of the state, and what there is to say about it.
    fn state(&self, row: &TeamMember) -> (&'static str, String, String) {
        let t = self.page.t;
        match row.state {
            MemberState::Active => ("good", fl!(t, "member-active"), String::new()),
            MemberState::Deactivated => {
                ("plain", fl!(t, "member-deactivated"), fl!(t, "member-deactivated-text"))
            }
            MemberState::Invited { expired: true, .. } => {
                ("bad", fl!(t, "member-invited"), fl!(t, "invitation-expired"))
            }
            MemberState::Invited { mail, .. } => match mail {
                LinkMail::Waiting(false) => ("wait", fl!(t, "member-invited"), fl!(t, "invitation-waiting")),
                LinkMail::Waiting(true) => ("bad", fl!(t, "member-invited"), fl!(t, "invitation-stuck")),
                LinkMail::Sent => ("wait", fl!(t, "member-invited"), fl!(t, "invitation-sent")),
                LinkMail::Failed => ("bad", fl!(t, "member-invited"), fl!(t, "invitation-failed")),
                LinkMail::ByHand => ("wait", fl!(t, "member-invited"), fl!(t, "invitation-by-hand")),
            },
        }
    }
}

/// What was typed about a person.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) email: String,
    #[serde(default)]
    pub(crate) role: String,
    #[serde(default)]
    pub(crate) language: String,
}

#[derive(Template)]
#[template(path = "team_invite.html")]
pub(crate) struct InvitePage {
    pub(crate) page: Page,
    pub(crate) typed: Typed,
    pub(crate) problem: Option<String>,
}

pub(crate) async fn invite_form(reader: Reader) -> Answer {
    reader.actor()?;
    let typed = Typed { language: reader.language.as_str().to_owned(), ..Typed::default() };
    show(&InvitePage { page: Page::of(&reader), typed, problem: None })
}

pub(crate) async fn invite(State(app): State<App>, reader: Reader, Form(typed): Form<Typed>) -> Answer {
    let actor = reader.actor()?;
    let new = Invitation {
        name: typed.name.clone(),
        address: typed.email.clone(),
        role: Role::parse(&typed.role).unwrap_or(Role::EndUser),
        language: Language::parse(&typed.language).unwrap_or(reader.language),
    };
    match app.engine.invite(&actor, &new).await {
        Ok(invited) => after_link(&reader, invited, "invited"),
        Err(error) => {
            let reader = Reader { here: format!("{TEAM}/invite"), ..reader };
            let (status, problem) = refusal(&reader, error)?;
            show_as(status, &InvitePage { page: Page::of(&reader), typed, problem: Some(problem) })
        }
    }
}

/// What a form says that was refused; a failure that is nobody's typing is passed on.
pub(crate) fn refusal(
    reader: &Reader,
    error: engine::Error,
) -> Result<(axum::http::StatusCode, String), Failure> {
    use engine::Error as E;
    match error {
        E::Invalid { .. } | E::AddressInUse { .. } | E::Team(_) => {
            let explained = explain::of_engine(Page::of(reader).t, &error);
            let next = match error {
                // What to do instead speaks of mailboxes; these are people.
                E::AddressInUse { .. } => String::new(),
                _ => explained.next,
            };
            Ok((explained.status, format!("{} {next}", explained.cause).trim().to_owned()))
        }
        error => Err(error.into()),
    }
}

#[derive(Template)]
#[template(path = "link_shown.html")]
pub(crate) struct LinkPage {
    pub(crate) page: Page,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) link: String,
    /// It was wanted by mail, and no connection could carry that.
    pub(crate) no_mail: bool,
}

fn after_link(reader: &Reader, invited: Invited, done: &str) -> Answer {
    match invited.link {
        None => Ok(to(&format!("{TEAM}?done={done}"))),
        Some(link) => show_link(reader, invited.person, link, true),
    }
}

fn show_link(reader: &Reader, person: desk::Person, link: String, no_mail: bool) -> Answer {
    let page = Page::of(&Reader { here: TEAM.to_owned(), ..reader.clone() });
    show(&LinkPage { page, name: person.name, email: person.email.to_string(), link, no_mail })
}

pub(crate) async fn resend(State(app): State<App>, reader: Reader, Path(id): Path<PersonId>) -> Answer {
    let invited = app.engine.resend_link(&reader.actor()?, id, reader.language).await?;
    after_link(&reader, invited, "sent")
}

pub(crate) async fn link(State(app): State<App>, reader: Reader, Path(id): Path<PersonId>) -> Answer {
    let invited = app.engine.link_by_hand(&reader.actor()?, id).await?;
    match invited.link {
        Some(link) => show_link(&reader, invited.person, link, false),
        None => Ok(to(TEAM)),
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct NewRole {
    role: String,
}

pub(crate) async fn role(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<PersonId>,
    Form(new): Form<NewRole>,
) -> Answer {
    let role = Role::parse(&new.role)
        .ok_or(Failure::Engine(engine::Error::Invalid { field: "role", problem: "unknown" }))?;
    app.engine.change_role(&reader.actor()?, id, role).await?;
    Ok(to(&format!("{TEAM}?done=saved")))
}

pub(crate) async fn deactivate(State(app): State<App>, reader: Reader, Path(id): Path<PersonId>) -> Answer {
    app.engine.deactivate(&reader.actor()?, id).await?;
    Ok(to(&format!("{TEAM}?done=deactivated")))
}

pub(crate) async fn reactivate(State(app): State<App>, reader: Reader, Path(id): Path<PersonId>) -> Answer {
    app.engine.reactivate(&reader.actor()?, id).await?;
    Ok(to(&format!("{TEAM}?done=reactivated")))
}

#[derive(Template)]
#[template(path = "person.html")]
pub(crate) struct PersonPage {
    pub(crate) page: Page,
    pub(crate) member: Member,
    /// Addresses beside the primary one.
    pub(crate) others: Vec<Address>,
    pub(crate) typed: Typed,
    pub(crate) problem: Option<String>,
}

impl PersonPage {
    /// Where its list is.
    fn list(&self) -> &'static str {
        if self.member.person.role.is_staff() { TEAM } else { super::end_users::END_USERS }
    }

    fn list_name(&self) -> String {
        let t = self.page.t;
        if self.member.person.role.is_staff() { fl!(t, "team-members") } else { fl!(t, "end-users") }
    }

    fn role(&self) -> String {
        wording::role(self.page.t, self.member.person.role)
    }
}

/// A person's page; members of the team and end users have the same.
pub(crate) async fn person(State(app): State<App>, reader: Reader, Path(id): Path<PersonId>) -> Answer {
    draw_person(&app, &reader, id, axum::http::StatusCode::OK, None).await
}

async fn draw_person(
    app: &App,
    reader: &Reader,
    id: PersonId,
    status: axum::http::StatusCode,
    problem: Option<String>,
) -> Answer {
    let actor = reader.actor()?;
    let member = app.engine.member(&actor, id).await?;
    let others = app.engine.other_addresses(&actor, id).await?;
    let typed = Typed {
        name: member.person.name.clone(),
        email: member.person.email.to_string(),
        ..Typed::default()
    };
    show_as(status, &PersonPage { page: Page::of(reader), member, others, typed, problem })
}

/// What is done with one address of a person.
#[derive(Debug, Deserialize)]
pub(crate) struct AddressForm {
    what: String,
    address: String,
}

/// Adds, prefers or removes an address, or takes over who has it.
pub(crate) async fn addresses(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<PersonId>,
    Form(form): Form<AddressForm>,
) -> Answer {
    let actor = reader.actor()?;
    let member = app.engine.member(&actor, id).await?;
    let list = if member.person.role.is_staff() { TEAM } else { super::end_users::END_USERS };
    let done = match form.what.as_str() {
        "add" => app.engine.add_address(&actor, id, &form.address).await,
        "primary" => app.engine.make_primary(&actor, id, &form.address).await,
        "remove" => app.engine.remove_address(&actor, id, &form.address).await,
        "merge" => app.engine.merge_people(&actor, id, &form.address).await.map(|_| ()),
        _ => Err(engine::Error::Invalid { field: "what", problem: "unknown" }),
    };
    match done {
        Ok(()) => Ok(to(&format!("{list}/{id}#addresses"))),
        Err(error) => {
            let reader = Reader { here: format!("{list}/{id}"), ..reader };
            let (status, problem) = refusal(&reader, error)?;
            draw_person(&app, &reader, id, status, Some(problem)).await
        }
    }
}

pub(crate) async fn change(
    State(app): State<App>,
    reader: Reader,
    Path(id): Path<PersonId>,
    Form(typed): Form<Typed>,
) -> Answer {
    let actor = reader.actor()?;
    let member = app.engine.member(&actor, id).await?;
    let change = PersonChange { name: Some(typed.name.clone()), address: Some(typed.email.clone()) };
    let list = if member.person.role.is_staff() { TEAM } else { super::end_users::END_USERS };
    match app.engine.change_person(&actor, id, &change).await {
        Ok(_) => Ok(to(&format!("{list}?done=saved"))),
        Err(error) => {
            let reader = Reader { here: format!("{list}/{id}"), ..reader };
            let (status, problem) = refusal(&reader, error)?;
            let others = app.engine.other_addresses(&actor, id).await?;
            let page = Page::of(&reader);
            show_as(status, &PersonPage { page, member, others, typed, problem: Some(problem) })
        }
    }
}
