//! What the fuzz targets share: cutting a stream into pieces, and counting memory.

mod memory;
mod pieces;

pub use memory::peak_of;
pub use pieces::Pieces;
