//! Small settings of the account, one row each: `name -> JSON text`. Secret ones are sealed.

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use secrecy::SecretString;

use crate::entity::setting as table;
use crate::people::was_inserted;
use crate::{Result, Store, Tx};

impl Store {
    /// A setting.
    pub async fn setting(&self, name: &str) -> Result<Option<String>> {
        Ok(table::Entity::find_by_id(name).one(self.reader()).await?.map(|row| row.value))
    }

    /// A setting and a sealed one that belong together, read at one moment: never the one of today with the other of yesterday.
    pub async fn setting_with_secret(
        &self,
        plain: &str,
        secret: &str,
    ) -> Result<(Option<String>, Option<SecretString>)> {
        let rows = table::Entity::find()
            .filter(table::Column::Name.is_in([plain, secret]))
            .all(self.reader())
            .await?;
        let value = |name: &str| rows.iter().find(|row| row.name == name).map(|row| row.value.as_str());
        let opened = value(secret)
            .map(|sealed| self.shared.vault.open("setting", "value", secret, sealed))
            .transpose()?;
        Ok((value(plain).map(str::to_owned), opened))
    }

    /// A sealed setting, opened.
    pub async fn secret_setting(&self, name: &str) -> Result<Option<SecretString>> {
        let sealed = self.setting(name).await?;
        sealed.map(|sealed| self.shared.vault.open("setting", "value", name, &sealed)).transpose()
    }
}

impl Tx {
    /// Sets.
    pub async fn set_setting(&self, name: &str, value: &str) -> Result<()> {
        self.put_setting(name, value.to_owned(), false).await
    }

    /// Forgets.
    pub async fn forget_setting(&self, name: &str) -> Result<()> {
        table::Entity::delete_by_id(name).exec(&self.db).await?;
        Ok(())
    }

    /// Sets, if it stands as it was read (`None`: not at all). False when somebody was quicker: then nothing was changed.
    pub async fn replace_setting(&self, name: &str, read: Option<&str>, value: &str) -> Result<bool> {
        let Some(read) = read else {
            let row = table::ActiveModel { name: Set(name.to_owned()), value: Set(value.to_owned()) };
            let nothing = OnConflict::column(table::Column::Name).do_nothing().to_owned();
            let inserted =
                table::Entity::insert(row).on_conflict(nothing).exec_without_returning(&self.db).await;
            return was_inserted(inserted);
        };
        let changed = table::Entity::update_many()
            .col_expr(table::Column::Value, Expr::value(value))
            .filter(table::Column::Name.eq(name))
            .filter(table::Column::Value.eq(read))
            .exec(&self.db)
            .await?;
        Ok(changed.rows_affected == 1)
    }

    /// Sets, unless it is set already.
    pub async fn set_setting_once(&self, name: &str, value: &str) -> Result<()> {
        self.put_setting(name, value.to_owned(), true).await
    }

    /// Sets and seals. With `keep`, an existing value stays (used for keys made on first start).
    pub async fn set_secret_setting(&self, name: &str, value: &SecretString, keep: bool) -> Result<()> {
        let sealed = self.shared.vault.seal("setting", "value", name, value);
        self.put_setting(name, sealed, keep).await
    }

    async fn put_setting(&self, name: &str, value: String, keep: bool) -> Result<()> {
        let row = table::ActiveModel { name: Set(name.to_owned()), value: Set(value) };
        let mut conflict = OnConflict::column(table::Column::Name);
        if keep {
            conflict.do_nothing();
        } else {
            conflict.update_column(table::Column::Value);
        }
        was_inserted(
            table::Entity::insert(row).on_conflict(conflict).exec_without_returning(&self.db).await,
        )?;
        Ok(())
    }
}
