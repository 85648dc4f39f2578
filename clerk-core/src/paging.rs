//! Reading lists page by page.

mod items;
mod pages;

pub use items::Items;
pub use pages::Pages;
