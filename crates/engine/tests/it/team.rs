//! The team: invited, changed, sent away; and never so that nobody can let anybody in again.

use desk::{Language, PersonId, Role};
use engine::{Actor, Error, Fate, Invitation, LinkMail, MemberState, RowProblem, TeamRule};
use store::PeopleQuery;
use testkit::World;

pub fn invitation(address: &str, role: Role) -> Invitation {
    Invitation { name: "Kim".to_owned(), address: address.to_owned(), role, language: Language::Ja }
}

/// The secret part of a link.
pub fn secret(link: &str) -> String {
    link.rsplit('/').next().unwrap().to_owned()
}

/// Invites, and comes in by the link that the administrator hands over.
pub async fn joined(world: &World, address: &str, role: Role) -> Actor {
    let invited = world.engine.invite(&world.admin, &invitation(address, role)).await.unwrap();
    let link = invited.link.expect("no mail is set up");
    let entered = world.engine.choose_password(&secret(&link), "kims own password").await.unwrap();
    Actor { person: entered.person }
}

async fn state(world: &World, id: PersonId) -> MemberState {
    let team = world.engine.team(&world.admin).await.unwrap();
    team.into_iter().find(|row| row.member.person.id == id).unwrap().state
}

#[tokio::test]
async fn an_invited_agent_chooses_a_password_once_and_is_in() {
    let world = World::new().await.unwrap();
    let engine = &world.engine;
    let invited = engine.invite(&world.admin, &invitation("kim@desk.test", Role::Agent)).await.unwrap();
    let link = secret(&invited.link.expect("without any connection the administrator gets the link"));
    let id = invited.person.id;
    assert_eq!(state(&world, id).await, MemberState::Invited { mail: LinkMail::ByHand, expired: false });
    assert!(matches!(engine.log_in("kim@desk.test", "").await, Err(Error::WrongLogin)));
    assert!(matches!(
        engine.choose_password(&link, "short").await,
        Err(Error::Invalid { field: "password", .. })
    ));
    assert_eq!(engine.link_view(&link).await.unwrap().person.id, id, "looking and failing use nothing up");
    engine.choose_password(&link, "kims own password").await.unwrap();
    assert!(matches!(engine.choose_password(&link, "another password").await, Err(Error::LinkDead)));
    assert!(matches!(engine.link_view(&link).await, Err(Error::LinkDead)));
    assert_eq!(engine.log_in("kim@desk.test", "kims own password").await.unwrap().person.id, id);
    assert_eq!(state(&world, id).await, MemberState::Active);
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_link_is_good_for_a_day() {
    let world = World::new().await.unwrap();
    let invited = world.engine.invite(&world.admin, &invitation("kim@desk.test", Role::Agent)).await.unwrap();
    world.clock.advance(jiff::SignedDuration::from_hours(25));
    let link = secret(&invited.link.unwrap());
    assert!(matches!(world.engine.choose_password(&link, "kims own password").await, Err(Error::LinkDead)));
    assert!(matches!(state(&world, invited.person.id).await, MemberState::Invited { expired: true, .. }));
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_customer_who_is_invited_becomes_a_member_and_stays_the_same_person() {
    let world = World::new().await.unwrap();
    let known = world.engine.make_end_user(&world.admin, "Kim", "kim@desk.test").await.unwrap();
    let invited = world.engine.invite(&world.admin, &invitation("KIM@desk.test", Role::Agent)).await.unwrap();
    assert_eq!(invited.person.id, known.id);
    assert_eq!(world.store.person(known.id).await.unwrap().role, Role::Agent);
    world.end().await.unwrap();
}

#[tokio::test]
async fn who_is_deactivated_is_out_at_once_by_every_door() {
    let world = World::new().await.unwrap();
    let engine = &world.engine;
    let kim = joined(&world, "kim@desk.test", Role::Admin).await;
    let entered = engine.log_in("kim@desk.test", "kims own password").await.unwrap();
    let token = engine.make_api_token(&kim, "Sync", kim.person.id).await.unwrap();
    assert!(engine.api_actor(Some("kim@desk.test"), &token).await.is_ok());
    let link = secret(&engine.link_by_hand(&world.admin, kim.person.id).await.unwrap().link.unwrap());
    engine.deactivate(&world.admin, kim.person.id).await.unwrap();
    assert!(engine.session_person(kim.person.id, entered.epoch).await.unwrap().is_none(), "the session");
    assert!(matches!(engine.log_in("kim@desk.test", "kims own password").await, Err(Error::WrongLogin)));
    assert!(matches!(engine.choose_password(&link, "kims next password").await, Err(Error::LinkDead)));
    assert!(matches!(engine.api_actor(None, &token).await, Err(Error::WrongLogin)), "the token");
    assert!(matches!(
        engine.link_by_hand(&world.admin, kim.person.id).await,
        Err(Error::Team(TeamRule::Deactivated))
    ));
    engine.reactivate(&world.admin, kim.person.id).await.unwrap();
    assert!(engine.log_in("kim@desk.test", "kims own password").await.is_ok());
    world.end().await.unwrap();
}

#[tokio::test]
async fn the_desk_never_loses_its_owner_or_its_last_administrator() {
    let world = World::new().await.unwrap();
    let engine = &world.engine;
    let owner = world.admin.person.id;
    let kim = joined(&world, "kim@desk.test", Role::Admin).await;
    let rule = |result: Result<(), Error>| match result {
        Err(Error::Team(rule)) => rule,
        other => panic!("{other:?}"),
    };
    assert_eq!(rule(engine.deactivate(&kim, owner).await), TeamRule::OwnerStays);
    assert_eq!(rule(engine.change_role(&kim, owner, Role::Agent).await), TeamRule::OwnerStays);
    assert_eq!(rule(engine.change_role(&world.admin, owner, Role::Agent).await), TeamRule::OwnerStays);
    assert_eq!(rule(engine.deactivate(&kim, kim.person.id).await), TeamRule::Yourself);
    assert_eq!(rule(engine.link_by_hand(&kim, owner).await.map(|_| ())), TeamRule::OwnersOwn);
    assert_eq!(rule(engine.make_api_token(&kim, "x", owner).await.map(|_| ())), TeamRule::OwnersOwn);
    let customer = engine.make_end_user(&kim, "C", "c@example.com").await.unwrap().id;
    assert_eq!(rule(engine.change_role(&kim, customer, Role::Admin).await), TeamRule::NotBetween);
    assert!(matches!(engine.change_role(&kim, kim.person.id, Role::Owner).await, Err(Error::Invalid { .. })));
    // An account from before there were owners: its only administrator cannot step down.
    let tx = world.store.begin(engine.now()).await.unwrap();
    tx.set_role(owner, Role::Agent).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(rule(engine.change_role(&kim, kim.person.id, Role::Agent).await), TeamRule::LastAdmin);
    world.end().await.unwrap();
}

#[tokio::test]
async fn a_token_acts_as_its_person_and_as_nobody_else() {
    let world = World::new().await.unwrap();
    let engine = &world.engine;
    let kim = joined(&world, "kim@desk.test", Role::Agent).await;
    let token = engine.make_api_token(&world.admin, "Sync", kim.person.id).await.unwrap();
    let (_, actor) = engine.api_actor(Some("KIM@desk.test"), &token).await.unwrap();
    assert_eq!(actor.person.id, kim.person.id);
    for (email, secret) in [(Some("ada@desk.test"), token.as_str()), (None, "guessed"), (Some(""), &token)] {
        assert!(matches!(engine.api_actor(email, secret).await, Err(Error::WrongLogin)), "{email:?}");
    }
    let made = engine.api_tokens(&world.admin).await.unwrap();
    engine.revoke_api_token(&world.admin, made[0].token.id).await.unwrap();
    assert!(matches!(engine.api_actor(None, &token).await, Err(Error::WrongLogin)));
    world.end().await.unwrap();
}

#[tokio::test]
async fn people_come_in_from_a_file_exactly_as_they_were_shown() {
    let world = World::new().await.unwrap();
    let engine = &world.engine;
    world.connect("help@contoso.test", false).await.unwrap();
    engine.make_end_user(&world.admin, "Ann", "ann@example.com").await.unwrap();
    let text = "name,email,role\nBob,bob@example.com,\nAnn B,ann@example.com,\nX,help@contoso.test,\nY,not-an-address,\n\
                Bob again,BOB@example.com,\nZ,z@example.com,owner\nKim,kim@desk.test,agent\n";
    let preview = engine.preview_people(&world.admin, text).await.unwrap();
    let fates: Vec<_> = preview.rows.iter().map(|row| (row.line, row.fate.clone())).collect();
    assert_eq!(
        fates,
        [
            (2, Fate::New),
            (3, Fate::Known("Ann".to_owned())),
            (4, Fate::Refused(RowProblem::SupportAddress)),
            (5, Fate::Refused(RowProblem::NotAnAddress)),
            (6, Fate::Refused(RowProblem::TwiceInFile(2))),
            (7, Fate::Refused(RowProblem::Role)),
            (8, Fate::New),
        ]
    );
    let count =
        async || world.store.members(&PeopleQuery { limit: 1, ..PeopleQuery::default() }).await.unwrap().1;
    let before = count().await;
    // Somebody is made between looking and taking in: nothing happens, and it is shown anew.
    engine.make_end_user(&world.admin, "Bob", "bob@example.com").await.unwrap();
    let refused = engine.import_people(&world.admin, text, &preview.digest, Language::En).await;
    assert!(matches!(refused, Err(Error::Invalid { problem: "changed", .. })), "{refused:?}");
    assert_eq!(count().await, before + 1, "half a file was taken in");
    let preview = engine.preview_people(&world.admin, text).await.unwrap();
    assert_eq!(engine.import_people(&world.admin, text, &preview.digest, Language::En).await.unwrap(), 1);
    let kim = engine.member_by_address(&world.admin, "kim@desk.test").await.unwrap().unwrap();
    assert_eq!(kim.person.role, Role::Agent);
    assert!(matches!(state(&world, kim.person.id).await, MemberState::Invited { .. }), "agents are invited");
    world.end().await.unwrap();
}
