//! Searches the index in a folder: `cargo run -p skillpress-search --example search_folder -- public/search merge pdf`

use std::error::Error;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};

use skillpress_search::{Answer, Options, Request, Searcher};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().ok_or("usage: search_folder FOLDER WORDS…")?;
    let query = args.collect::<Vec<_>>().join(" ");
    let mut source = |requests: &[Request]| requests.iter().map(|r| read(&folder, r)).collect();
    let mut searcher = Searcher::open_source(&mut source)?;
    for hit in searcher
        .find(&query, &Options::default(), &mut source)?
        .hits
    {
        let card = hit.card;
        println!("{}/{}  {}", card.owner, card.slug, card.name);
    }
    Ok(())
}

/// A part of a file, or all of it.
fn read(folder: &str, request: &Request) -> Answer {
    let read = || {
        let mut file = File::open(format!("{folder}/{}", request.path))?;
        let mut bytes = Vec::new();
        match request.range {
            None => file.read_to_end(&mut bytes)?,
            Some(range) => {
                file.seek(SeekFrom::Start(range.start))?;
                file.take(range.len.into()).read_to_end(&mut bytes)?
            }
        };
        Ok::<_, std::io::Error>(bytes)
    };
    match read() {
        Ok(bytes) => Answer::Bytes(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => Answer::Gone,
        Err(_) => Answer::Failed,
    }
}
