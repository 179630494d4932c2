//! The people of the desk: the team and the end users. Who may be made, changed and sent away, and by whom.

use desk::{Language, Person, PersonId, Role};
use store::{Connection, LinkPurpose, Member, PeopleQuery, Tx};

use crate::account_mail::LinkMail;
use crate::people::{checked_address, checked_name};
use crate::{Actor, Engine, Error, Result};

/// Most members of a team that are listed.
const TEAM_SHOWN: u64 = 5_000;

/// What the desk does not let happen to its own people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TeamRule {
    /// The owner stays the owner, and stays.
    OwnerStays,
    /// Without an administrator nobody could let one in again.
    LastAdmin,
    /// Nobody sends himself away: it would end the very session in which it could be taken back.
    Yourself,
    /// Only the owner may make a link to the owner's password, or change the owner's address.
    OwnersOwn,
    /// Members of the team are deactivated, not turned into customers; customers are invited, not given a role.
    NotBetween,
    /// The person has been deactivated.
    Deactivated,
}

/// Where a member of the team stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberState {
    /// Can sign in.
    Active,
    /// Has not chosen a password yet; what became of the newest link, and whether it can still be used.
    Invited {
        /// Its mail.
        mail: LinkMail,
        /// Its day is over.
        expired: bool,
    },
    /// Cannot sign in any more.
    Deactivated,
}

/// A member of the team as the page shows it.
#[derive(Debug, Clone)]
pub struct TeamMember {
    /// Who.
    pub member: Member,
    /// Where the person stands.
    pub state: MemberState,
}

/// Who is to be invited.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Name.
    pub name: String,
    /// Address, as typed.
    pub address: String,
    /// Agent or admin.
    pub role: Role,
    /// Language of the mail, and of the desk for this person.
    pub language: Language,
}

/// Somebody was invited.
#[derive(Debug, Clone)]
pub struct Invited {
    /// Who.
    pub person: Person,
    /// The link, where no mail can carry it: to be shown to the administrator once.
    pub link: Option<String>,
}

/// What is to be changed about a person; `None` stays.
#[derive(Debug, Clone, Default)]
pub struct PersonChange {
    /// Name.
    pub name: Option<String>,
    /// Address, as typed.
    pub address: Option<String>,
}

impl Engine {
    /// The team with everybody's state, by name. Admins.
    pub async fn team(&self, actor: &Actor) -> Result<Vec<TeamMember>> {
        actor.must_be_admin()?;
        let store = &self.inner.store;
        let query = PeopleQuery {
            roles: vec![Role::Agent, Role::Admin, Role::Owner],
            deactivated: true,
            limit: TEAM_SHOWN,
            ..PeopleQuery::default()
        };
        let (members, _) = store.members(&query).await?;
        let waiting: Vec<PersonId> =
            members.iter().filter(|m| !m.has_password).map(|m| m.person.id).collect();
        let links = store.newest_links(&waiting).await?;
        let rows =
            store.outbox_rows(&links.iter().filter_map(|link| link.outbox).collect::<Vec<_>>()).await?;
        let connections = self.connections().await?;
        let now = self.now();
        let state = |member: &Member| {
            if member.deactivated_at.is_some() {
                return MemberState::Deactivated;
            }
            if member.has_password {
                return MemberState::Active;
            }
            let link = links.iter().find(|link| link.person == member.person.id);
            let row = link.and_then(|link| rows.iter().find(|row| Some(row.id) == link.outbox));
            MemberState::Invited {
                mail: LinkMail::of(row, &connections),
                expired: link.is_none_or(|link| link.expires_at <= now),
            }
        };
        Ok(members.into_iter().map(|member| TeamMember { state: state(&member), member }).collect())
    }

    async fn connections(&self) -> Result<Vec<Connection>> {
        let store = &self.inner.store;
        let addresses = store.support_addresses().await?;
        let system = store.system_connection().await?;
        Ok(addresses.into_iter().map(|address| address.connection).chain(system).collect())
    }

    /// Makes somebody a member of the team and sends a link to choose a password. Admins. A customer whom the desk knows
    /// already becomes a member and keeps the tickets; every other address in use is refused with who uses it.
    pub async fn invite(&self, actor: &Actor, new: &Invitation) -> Result<Invited> {
        actor.must_be_admin()?;
        let tx = self.inner.store.begin(self.now()).await?;
        let invited = self.invite_in(&tx, actor, new).await?;
        tx.commit().await?;
        tracing::info!(person = %invited.person.id, by = %actor.person.id, role = new.role.as_str(), "invited");
        Ok(invited)
    }

    pub(crate) async fn invite_in(&self, tx: &Tx, actor: &Actor, new: &Invitation) -> Result<Invited> {
        let (name, address) = (checked_name(&new.name)?, checked_address(&new.address)?);
        must_be_given(new.role)?;
        let known = tx.member_by_address(&address).await?;
        let mut person = match known {
            Some(known) if known.person.role == Role::EndUser => {
                tx.rename_person(known.person.id, &name, &address).await?;
                tx.set_role(known.person.id, new.role).await?;
                tx.set_active(known.person.id, true).await?;
                Person { name, role: new.role, ..known.person }
            }
            _ => tx.create_person(&name, &address, new.role).await?,
        };
        tx.set_language(person.id, new.language).await?;
        person.language = Some(new.language);
        let purpose = LinkPurpose::Invitation;
        let link = self.send_link(tx, &person, purpose, Some(&actor.person), new.language).await?;
        Ok(Invited { person, link: (!link.mailed).then_some(link.url) })
    }

    /// Sends a new link: an invitation to who has not come in yet, else one for a new password. Admins.
    pub async fn resend_link(&self, actor: &Actor, id: PersonId, language: Language) -> Result<Invited> {
        actor.must_be_admin()?;
        let tx = self.inner.store.begin(self.now()).await?;
        let (person, purpose) = linked(&tx, actor, id).await?;
        let link = self.send_link(&tx, &person, purpose, Some(&actor.person), language).await?;
        tx.commit().await?;
        Ok(Invited { person, link: (!link.mailed).then_some(link.url) })
    }

    /// A link to be handed over by the administrator who asks for it, where mail does not work. It is shown this once.
    /// Admins; the owner's only to the owner.
    pub async fn link_by_hand(&self, actor: &Actor, id: PersonId) -> Result<Invited> {
        actor.must_be_admin()?;
        let tx = self.inner.store.begin(self.now()).await?;
        let (person, purpose) = linked(&tx, actor, id).await?;
        let url = self.make_link(&tx, &person, purpose, &actor.person).await?;
        tx.commit().await?;
        tracing::warn!(person = %id, by = %actor.person.id, "a link to choose a password was shown");
        Ok(Invited { person, link: Some(url) })
    }

    /// Makes an agent an admin or the other way round. Admins; not the owner, and never so that no admin is left.
    pub async fn change_role(&self, actor: &Actor, id: PersonId, role: Role) -> Result<()> {
        actor.must_be_admin()?;
        must_be_given(role)?;
        let tx = self.inner.store.begin(self.now()).await?;
        let member = tx.member(id).await?;
        match member.person.role {
            Role::Owner => return Err(Error::Team(TeamRule::OwnerStays)),
            Role::EndUser => return Err(Error::Team(TeamRule::NotBetween)),
            Role::Agent | Role::Admin => {}
        }
        if !role.is_admin() {
            leaves_an_admin(&tx, id).await?;
        }
        tx.set_role(id, role).await?;
        Ok(tx.commit().await?)
    }

    /// Takes all rights away: the person cannot sign in, sessions end, links and API tokens are void. Tickets and comments
    /// stay. Admins; not the owner, not oneself.
    pub async fn deactivate(&self, actor: &Actor, id: PersonId) -> Result<()> {
        actor.must_be_admin()?;
        let tx = self.inner.store.begin(self.now()).await?;
        let member = tx.member(id).await?;
        if member.person.role == Role::Owner {
            return Err(Error::Team(TeamRule::OwnerStays));
        }
        if id == actor.person.id {
            return Err(Error::Team(TeamRule::Yourself));
        }
        leaves_an_admin(&tx, id).await?;
        tx.set_active(id, false).await?;
        Ok(tx.commit().await?)
    }

    /// Gives the rights back. Admins.
    pub async fn reactivate(&self, actor: &Actor, id: PersonId) -> Result<()> {
        actor.must_be_admin()?;
        let tx = self.inner.store.begin(self.now()).await?;
        tx.member(id).await?;
        tx.set_active(id, true).await?;
        Ok(tx.commit().await?)
    }

    /// People that match, and how many there are. Staff.
    pub async fn people(&self, actor: &Actor, query: &PeopleQuery) -> Result<(Vec<Member>, u64)> {
        actor.must_be_staff()?;
        Ok(self.inner.store.members(query).await?)
    }

    /// One. Staff.
    pub async fn member(&self, actor: &Actor, id: PersonId) -> Result<Member> {
        actor.must_be_staff()?;
        Ok(self.inner.store.member(id).await?)
    }

    /// By address. Staff.
    pub async fn member_by_address(&self, actor: &Actor, address: &str) -> Result<Option<Member>> {
        actor.must_be_staff()?;
        let Some(address) = mail::Address::parse(address) else { return Ok(None) };
        Ok(self.inner.store.member_by_address(&address).await?)
    }

    /// Makes an end user. Staff. Every address in use is refused with who uses it.
    pub async fn make_end_user(&self, actor: &Actor, name: &str, address: &str) -> Result<Person> {
        actor.must_be_staff()?;
        let address = checked_address(address)?;
        let name = if name.trim().is_empty() { address.to_string() } else { checked_name(name)? };
        let tx = self.inner.store.begin(self.now()).await?;
        let person = tx.create_person(&name, &address, Role::EndUser).await?;
        tx.commit().await?;
        Ok(person)
    }

    /// Changes name or address. Staff for end users, admins for the team, the owner alone for the owner. A new address
    /// that is anybody's is refused with who uses it.
    pub async fn change_person(&self, actor: &Actor, id: PersonId, change: &PersonChange) -> Result<Person> {
        actor.must_be_staff()?;
        let tx = self.inner.store.begin(self.now()).await?;
        let before = tx.member(id).await?.person;
        crate::identities::may_change(actor, &before)?;
        let name = match &change.name {
            Some(name) => checked_name(name)?,
            None => before.name,
        };
        let address = match &change.address {
            Some(address) => checked_address(address)?,
            None => before.email,
        };
        tx.rename_person(id, &name, &address).await?;
        tx.commit().await?;
        Ok(self.inner.store.member(id).await?.person)
    }
}

/// Roles that are given to people; the owner is made at the first start, a customer by writing.
fn must_be_given(role: Role) -> Result<()> {
    match role {
        Role::Agent | Role::Admin => Ok(()),
        Role::Owner | Role::EndUser => Err(Error::Invalid { field: "role", problem: "unknown" }),
    }
}

async fn leaves_an_admin(tx: &Tx, without: PersonId) -> Result<()> {
    let admins = tx.admins().await?;
    let is_admin = admins.iter().any(|admin| admin.id == without);
    if is_admin && admins.len() == 1 { Err(Error::Team(TeamRule::LastAdmin)) } else { Ok(()) }
}

/// The person a link is made for, and what it is for.
async fn linked(tx: &Tx, actor: &Actor, id: PersonId) -> Result<(Person, LinkPurpose)> {
    let member = tx.member(id).await?;
    if member.deactivated_at.is_some() {
        return Err(Error::Team(TeamRule::Deactivated));
    }
    match member.person.role {
        Role::EndUser => return Err(Error::NotFound),
        Role::Owner if actor.person.id != id => return Err(Error::Team(TeamRule::OwnersOwn)),
        _ => {}
    }
    let purpose = if member.has_password { LinkPurpose::Reset } else { LinkPurpose::Invitation };
    Ok((member.person, purpose))
}
