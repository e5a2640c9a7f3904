//! A registry with the routes of its API on a loopback port: `api_server CONTENT SITE ADDRESS BASE_URL`.
//!
//! What `skillpress serve` answers, without its preview; the search looks for words in names and descriptions.

use std::error::Error;
use std::sync::Arc;

use skillpress::api::{self, ApiState, LiveApi, SearchRequest};
use skillpress::catalog::{Catalog, SkillName};
use skillpress::config::Config;
use skillpress::content::{self, Disk, LoadOptions};
use skillpress::render::zip::skill_zip;
use tower_http::services::ServeDir;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let mut arg = |name: &str| args.next().ok_or(format!("{name} is missing"));
    let (content, site) = (arg("CONTENT")?, arg("SITE")?);
    let (address, base_url) = (arg("ADDRESS")?, arg("BASE_URL")?);
    let config = Config {
        base_url: base_url.parse()?,
        ..Config::default()
    };
    let (catalog, _) = content::load(content.as_ref(), &LoadOptions::default(), &Disk);
    let catalog = Arc::new(catalog);
    let searched = Arc::clone(&catalog);
    let state = ApiState::new(
        catalog,
        config,
        Box::new(move |request| search(&searched, request)),
        Box::new(skill_zip),
    );
    let files = ServeDir::new(site);
    let app = api::router(Arc::new(LiveApi::new(state))).fallback_service(files);
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

fn search(catalog: &Catalog, request: &SearchRequest) -> Vec<(SkillName, f32)> {
    let words: Vec<String> = request
        .query
        .split_whitespace()
        .map(str::to_lowercase)
        .collect();
    catalog
        .listed()
        .filter(|skill| {
            let text = format!("{} {} {}", skill.id, skill.name, skill.description).to_lowercase();
            words.iter().all(|word| text.contains(word))
        })
        .map(|skill| (skill.id.clone(), 1.0))
        .collect()
}
