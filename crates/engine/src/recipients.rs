//! Support addresses as API clients see and change them.

use desk::{AddressId, BrandId};
use store::{NewConnection, Reach, SupportAddress};

use crate::people::{checked_address, checked_name};
use crate::{Actor, Engine, Error, Result};

/// An address whose mail another server hands over.
#[derive(Debug, Clone)]
pub struct NewForwarding {
    /// Address, as typed.
    pub address: String,
    /// Name customers see; empty: the address.
    pub name: String,
    /// Brand; `None`: the oldest.
    pub brand: Option<BrandId>,
}

/// What is to be changed; `None` stays. The address itself never changes (zendesk.md 4.1).
#[derive(Debug, Clone, Default)]
pub struct AddressChange {
    /// Name customers see.
    pub name: Option<String>,
    /// Brand.
    pub brand: Option<BrandId>,
    /// `Some(true)`: becomes the default.
    pub default: bool,
}

impl Engine {
    /// Support addresses, by brand, then address. Staff: agents may know where mail comes from.
    pub async fn recipient_addresses(&self, actor: &Actor) -> Result<Vec<SupportAddress>> {
        actor.must_be_staff()?;
        Ok(self.inner.store.support_addresses().await?)
    }

    /// One. Staff.
    pub async fn recipient_address(&self, actor: &Actor, id: AddressId) -> Result<SupportAddress> {
        actor.must_be_staff()?;
        Ok(self.inner.store.support_address(id).await?)
    }

    /// Makes a forwarding address. Admins. An Exchange address cannot be made this way: consent needs a browser.
    pub async fn make_forwarding(&self, actor: &Actor, new: &NewForwarding) -> Result<SupportAddress> {
        actor.must_be_admin()?;
        let address = checked_address(&new.address)?;
        let name = if new.name.trim().is_empty() { address.to_string() } else { checked_name(&new.name)? };
        let brand = self.brand_or_oldest(new.brand).await?;
        let now = self.now();
        let tx = self.inner.store.begin(now).await?;
        let new = NewConnection { address, name, brand, reach: Reach::Forwarding, connected_at: now };
        let (id, _, _) = tx.connect(&new, None).await?;
        tx.commit().await?;
        Ok(self.inner.store.support_address(id).await?)
    }

    async fn brand_or_oldest(&self, wanted: Option<BrandId>) -> Result<BrandId> {
        let brands = self.inner.store.brands().await?;
        let found = match wanted {
            Some(id) => brands.iter().find(|brand| brand.id == id),
            None => brands.first(),
        };
        found.map(|brand| brand.id).ok_or(Error::Invalid { field: "brand", problem: "unknown" })
    }

    /// Changes name or brand, or makes it the default, all in one. Admins.
    pub async fn change_address(
        &self,
        actor: &Actor,
        id: AddressId,
        change: &AddressChange,
    ) -> Result<SupportAddress> {
        actor.must_be_admin()?;
        let before = self.inner.store.support_address(id).await?;
        let name = change.name.as_deref().map(checked_name).transpose()?.unwrap_or(before.name);
        let brand = match change.brand {
            Some(brand) => self.brand_or_oldest(Some(brand)).await?,
            None => before.brand,
        };
        let tx = self.inner.store.begin(self.now()).await?;
        tx.edit_address(id, &name, brand, Some(actor.person.id)).await?;
        if change.default && !before.is_default {
            tx.make_default(id, Some(actor.person.id)).await?;
        }
        tx.commit().await?;
        Ok(self.inner.store.support_address(id).await?)
    }
}
