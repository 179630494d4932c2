//! Small settings of the account, one row each: `name -> JSON text`. Secret ones are sealed.

use secrecy::SecretString;

use crate::{Result, Store, Tx};

impl Store {
    /// A setting.
    pub async fn setting(&self, name: &str) -> Result<Option<String>> {
        let _ = name;
        todo!()
    }

    /// A sealed setting, opened.
    pub async fn secret_setting(&self, name: &str) -> Result<Option<SecretString>> {
        let _ = name;
        todo!()
    }
}

impl Tx {
    /// Sets.
    pub async fn set_setting(&self, name: &str, value: &str) -> Result<()> {
        let _ = (name, value);
        todo!()
    }

    /// Sets and seals. With `keep`, an existing value stays (used for keys made on first start).
    pub async fn set_secret_setting(&self, name: &str, value: &SecretString, keep: bool) -> Result<()> {
        let _ = (name, value, keep);
        todo!()
    }
}
