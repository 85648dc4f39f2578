//! Reading lists page by page.

mod items;
mod pages;
#[cfg(test)]
mod tests;

pub use items::Items;
pub use pages::Pages;
