//! Sends a ship to its berth now and then. It listens nowhere, and SIGTERM finds it unprepared.

use std::{env, num::ParseIntError, thread, time::Duration};

use harbour_berths::free_berth;

fn main() -> Result<(), ParseIntError> {
    let seconds = env::var("PILOT_INTERVAL").map_or(Ok(5), |it| it.parse())?;
    for length in (40..=100).step_by(20).cycle() {
        match free_berth(length)
            .map(|berth| serde_json::json!({"ship": length, "to": berth.number}))
        {
            Some(order) => println!("{order}"),
            None => println!("a ship of {length} m waits"),
        }
        thread::sleep(Duration::from_secs(seconds));
    }
    Ok(())
}
