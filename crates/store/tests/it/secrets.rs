//! Invariant 8: secrets are encrypted at rest, bound to their row, and never shown.

use secrecy::{ExposeSecret, SecretString};
use store::{Config, Error, Store};

use crate::scene::{Scene, tokens};

both! {
    async fn no_token_stands_in_the_database(scene) {
        let (_, connection) = scene.connect("help@desk.example").await;
        let tx = scene.begin().await;
        tx.store_tokens(connection, &tokens("needle"), "").await.unwrap();
        tx.set_secret_setting("key", &SecretString::from("setting-needle"), false).await.unwrap();
        tx.commit().await.unwrap();
        let cells = scene.tamper("SELECT access_token || refresh_token FROM connection UNION ALL SELECT value FROM setting").await;
        assert_eq!(cells.len(), 2);
        assert!(cells.iter().all(|cell| cell.len() > 40 && !cell.contains("needle")));
        scene.store.close().await;
        let mut files = vec![scene.config.data_dir.clone()];
        while let Some(path) = files.pop() {
            if path.is_dir() {
                files.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            } else {
                let bytes = std::fs::read(&path).unwrap();
                assert!(!bytes.windows(6).any(|window| window == b"needle"), "{}", path.display());
            }
        }
    }

    /// Whoever can write the database must not be able to send mail as another mailbox.
    async fn a_token_pasted_into_another_row_does_not_open(scene) {
        let (_, first) = scene.connect("first@desk.example").await;
        let (_, second) = scene.connect("second@desk.example").await;
        scene.tamper("UPDATE connection SET access_token = (SELECT access_token FROM connection WHERE id = 1), refresh_token = (SELECT refresh_token FROM connection WHERE id = 1) WHERE id = 2").await;
        assert!(matches!(scene.store.tokens(second).await, Err(Error::Sealed)));
        assert!(scene.store.tokens(first).await.is_ok());
        scene.tamper("UPDATE connection SET access_token = refresh_token WHERE id = 1").await;
        assert!(matches!(scene.store.tokens(first).await, Err(Error::Sealed)), "nor into another column");
    }

    async fn secrets_do_not_show_in_debug_output(scene) {
        let (_, connection) = scene.connect("help@desk.example").await;
        let shown = format!("{:?}", scene.store.tokens(connection).await.unwrap());
        assert!(!shown.contains("access-help") && !shown.contains("refresh-help"), "{shown}");
    }

    async fn with_another_master_key_nothing_opens(scene) {
        let (_, connection) = scene.connect("help@desk.example").await;
        let master_key = Some(SecretString::from("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
        let other = Store::open(&Config { master_key, ..scene.config.clone() }).await.unwrap();
        assert!(matches!(other.tokens(connection).await, Err(Error::Sealed)));
        other.close().await;
        let same = Store::open(&scene.config).await.unwrap();
        assert!(same.tokens(connection).await.is_ok(), "the key file is found again");
        same.close().await;
    }

    async fn settings_are_replaced_and_a_kept_secret_stays(scene) {
        let store = &scene.store;
        assert_eq!(store.setting("name").await.unwrap(), None);
        for value in ["\"one\"", "\"two\""] {
            let tx = scene.begin().await;
            tx.set_setting("name", value).await.unwrap();
            tx.commit().await.unwrap();
        }
        assert_eq!(store.setting("name").await.unwrap().as_deref(), Some("\"two\""));
        for (value, keep, expected) in [("first", true, "first"), ("second", true, "first"), ("third", false, "third")] {
            let tx = scene.begin().await;
            tx.set_secret_setting("key", &SecretString::from(value), keep).await.unwrap();
            tx.commit().await.unwrap();
            let stored = store.secret_setting("key").await.unwrap().unwrap();
            assert_eq!(stored.expose_secret(), expected);
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_key_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::sqlite().await;
    let mode = std::fs::metadata(scene.config.data_dir.join("master.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    scene.clear_away().await;
}

#[tokio::test]
async fn a_master_key_that_is_none_is_refused_with_words() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config {
        database_url: format!("sqlite://{}", folder.path().join("x.db").display()),
        blob_url: None,
        data_dir: folder.path().to_owned(),
        master_key: Some(SecretString::from("short")),
        pool: 1,
    };
    assert!(matches!(Store::open(&config).await, Err(Error::Config(words)) if words.contains("32 bytes")));
}
