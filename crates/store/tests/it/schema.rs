//! The schema is made once, by whoever comes first.

use store::Store;

both! {
    /// A cell that holds what it must not is reported with its place, not guessed at.
    async fn a_word_that_means_nothing_is_named_with_its_place(scene) {
        let (address, connection) = scene.connect("help@desk.example").await;
        scene.tamper("UPDATE connection SET state = 'excellent'").await;
        let refused = scene.store.support_address(address).await;
        let Err(store::Error::Inconsistent { table, column, row }) = refused else { panic!("{refused:?}") };
        assert_eq!((table, column, row), ("connection", "state", connection.to_string()));
    }

    async fn migrating_again_does_nothing(scene) {
        assert_eq!(scene.store.migrate().await.unwrap(), 0);
    }

    /// Several processes may start at the same moment on an empty database.
    async fn processes_that_start_at_once_make_one_schema(scene) {
        let fresh = crate::scene::Scene::unmigrated_like(scene).await;
        let mut starts = vec![];
        for _ in 0..3 {
            let config = fresh.config.clone();
            starts.push(tokio::spawn(async move {
                let store = Store::open(&config).await.unwrap();
                let ran = store.migrate().await.unwrap();
                store.close().await;
                ran
            }));
        }
        let mut ran = vec![];
        for start in starts {
            ran.push(start.await.unwrap());
        }
        ran.sort_unstable();
        assert_eq!((ran[0], ran[1]), (0, 0));
        assert!(ran[2] > 0);
        fresh.clear_away().await;
    }
}

#[tokio::test]
async fn an_unknown_kind_of_database_is_refused_with_words() {
    let folder = tempfile::tempdir().unwrap();
    let config = store::Config {
        database_url: "mysql://localhost/postdesk".to_owned(),
        blob_url: None,
        data_dir: folder.path().to_owned(),
        master_key: None,
        pool: 1,
    };
    assert!(
        matches!(Store::open(&config).await, Err(store::Error::Config(words)) if words.contains("postgres:"))
    );
}
