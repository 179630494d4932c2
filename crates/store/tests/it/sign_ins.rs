//! Sign-ins on their way: a state works once, for its administrator, until it expires.

use desk::{AddressId, BrandId, PersonId};
use secrecy::{ExposeSecret, SecretString};
use store::{Mode, NewConsent, NewSignIn, OtherMailbox, SignedIn, Tokens};

use crate::scene::{Scene, after, start, tokens};

fn asked(state: &str) -> NewSignIn {
    NewSignIn {
        actor: PersonId(7),
        state_hash: state.to_owned(),
        nonce: "nonce".to_owned(),
        verifier: SecretString::from("the verifier"),
        brand: BrandId(1),
        import: Some(store::Wanted::Newest(300)),
        reconnect: Some(AddressId(3)),
        mode: Mode::Delegated,
        mailbox: Some("shared@desk.example".to_owned()),
        expires_at: after(600),
    }
}

async fn take(scene: &Scene, at: i64, state: &str) -> Option<store::SignIn> {
    let tx = scene.begin_at(at).await;
    let taken = tx.take_state(state).await.unwrap();
    tx.commit().await.unwrap();
    taken
}

both! {
    /// A replayed redirect must find nothing.
    async fn a_state_is_taken_once(scene) {
        let tx = scene.begin().await;
        let id = tx.start_sign_in(&asked("s")).await.unwrap();
        tx.commit().await.unwrap();
        assert!(take(scene, 1, "other").await.is_none());
        let taken = take(scene, 1, "s").await.unwrap();
        assert_eq!((taken.id, taken.asked.import, taken.asked.reconnect), (id, Some(store::Wanted::Newest(300)), Some(AddressId(3))));
        assert_eq!(taken.asked.verifier.expose_secret(), "the verifier");
        assert!(taken.account.is_none());
        assert!(take(scene, 2, "s").await.is_none());
    }

    async fn of_two_browsers_with_one_state_one_gets_it(scene) {
        let tx = scene.begin().await;
        tx.start_sign_in(&asked("s")).await.unwrap();
        tx.commit().await.unwrap();
        let takes = [0, 1].map(|_| {
            let store = scene.store.clone();
            tokio::spawn(async move {
                let tx = store.begin(after(1)).await.unwrap();
                let taken = tx.take_state("s").await.unwrap().is_some();
                tx.commit().await.unwrap();
                taken
            })
        });
        let mut taken = 0;
        for take in takes {
            taken += usize::from(take.await.unwrap());
        }
        assert_eq!(taken, 1);
    }

    async fn an_expired_state_is_worth_nothing_and_is_forgotten(scene) {
        let tx = scene.begin().await;
        let id = tx.start_sign_in(&asked("old")).await.unwrap();
        tx.commit().await.unwrap();
        assert!(take(scene, 600, "old").await.is_none());
        assert!(scene.store.sign_in(id, PersonId(7), after(600)).await.unwrap().is_none());
        let tx = scene.begin_at(600).await;
        tx.start_sign_in(&asked("old")).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn who_came_back_is_kept_for_the_one_who_asked(scene) {
        let tx = scene.begin().await;
        let id = tx.start_sign_in(&asked("s")).await.unwrap();
        let account = SignedIn {
            tenant: "tenant".to_owned(),
            account_id: "id".to_owned(),
            account_name: "help@desk.example".to_owned(),
            display_name: "ヘルプ".to_owned(),
            address: "help@desk.example".to_owned(),
            mailbox: Some(OtherMailbox { id: "shared id".to_owned(), name: "shared@desk.example".to_owned() }),
            scopes: "Mail.Send".to_owned(),
            microsoft_now: start(),
            tokens: tokens("fresh"),
        };
        tx.save_signed_in(id, &account).await.unwrap();
        tx.commit().await.unwrap();
        assert!(scene.store.sign_in(id, PersonId(8), after(1)).await.unwrap().is_none(), "another administrator");
        let stored = scene.store.sign_in(id, PersonId(7), after(1)).await.unwrap().unwrap().account.unwrap();
        assert_eq!((stored.display_name.as_str(), stored.microsoft_now), ("ヘルプ", start()));
        assert_eq!(stored.mailbox.unwrap().id, "shared id");
        assert_eq!(stored.tokens.refresh.unwrap().expose_secret(), "refresh-fresh");
        let tx = scene.begin().await;
        tx.delete_sign_in(id).await.unwrap();
        tx.commit().await.unwrap();
        assert!(scene.store.sign_in(id, PersonId(7), after(1)).await.unwrap().is_none());
    }

    /// An application has no refresh token, and neither row may pretend one.
    async fn an_application_waits_for_confirmation_without_a_refresh_token(scene) {
        let tx = scene.begin().await;
        let id = tx.start_sign_in(&NewSignIn { mode: Mode::AppOnly, ..asked("app") }).await.unwrap();
        let account = SignedIn {
            tenant: "tenant".to_owned(),
            account_id: "id".to_owned(),
            account_name: "help@desk.example".to_owned(),
            display_name: "Help".to_owned(),
            address: "help@desk.example".to_owned(),
            mailbox: None,
            scopes: String::new(),
            microsoft_now: start(),
            tokens: Tokens { refresh: None, ..tokens("app") },
        };
        tx.save_signed_in(id, &account).await.unwrap();
        tx.commit().await.unwrap();
        let stored = scene.store.sign_in(id, PersonId(7), after(1)).await.unwrap().unwrap();
        assert_eq!(stored.asked.mode, Mode::AppOnly);
        assert!(stored.account.unwrap().tokens.refresh.is_none());
    }

    async fn a_link_for_an_administrator_works_until_it_expires_and_an_approval_stays(scene) {
        let new = |state: &str| NewConsent {
            actor: PersonId(7),
            state_hash: state.to_owned(),
            choice: "{}".to_owned(),
            expires_at: after(600),
        };
        let tx = scene.begin().await;
        let id = tx.request_consent(&new("s")).await.unwrap();
        tx.commit().await.unwrap();
        assert!(scene.store.consent_by_state("other", after(1)).await.unwrap().is_none());
        assert!(scene.store.consent_by_state("s", after(600)).await.unwrap().is_none(), "expired");
        let steps = [
            (Some("refused first"), Some("refused first")),
            (None, None),
            (Some("pressed again and cancelled"), None),
        ];
        for (at, (error, expected)) in (1..).zip(steps) {
            let tx = scene.begin_at(at).await;
            tx.answer_consent("s", Some("tenant"), error).await.unwrap().unwrap();
            tx.commit().await.unwrap();
            let answer = scene.store.consent(id).await.unwrap().unwrap().answer.unwrap();
            assert_eq!((answer.error.as_deref(), answer.tenant.as_deref()), (expected, Some("tenant")));
        }
        let tx = scene.begin_at(601).await;
        assert!(tx.answer_consent("s", None, None).await.unwrap().is_none(), "expired");
        tx.request_consent(&new("next")).await.unwrap();
        tx.commit().await.unwrap();
        assert!(scene.store.consent(id).await.unwrap().is_none(), "forgotten with the next one");
    }
}
