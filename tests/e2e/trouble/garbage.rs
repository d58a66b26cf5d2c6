//! Garbage in volume, and queries of nowhere.

use murre_tests::{Engine, Scene4, Scene6, hand4, hand6, on_every_engine};
use murre_wire::dhcp4::{self, MIN_MAX_SIZE};
use murre_wire::dhcp6;

on_every_engine!(
    malformed_dhcp4_in_volume_is_counted_and_survived,
    malformed_dhcp6_in_volume_is_counted_and_survived,
    queries_of_unknown_subnets_are_counted,
);

/// Datagrams per family; a worker in debug mode writes a line about each.
const VOLUME: u64 = 6000;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }

    /// A piece of a good message, with some octets changed, or plain noise.
    fn spoil(&mut self, good: &[u8]) -> Vec<u8> {
        let mut bad = good.to_vec();
        match self.below(4) {
            0 => bad.truncate(self.below(good.len())),
            1 => {
                bad = (0..self.below(700))
                    .map(|_| self.below(256) as u8)
                    .collect()
            }
            _ => {
                for _ in 0..=self.below(12) {
                    let at = self.below(bad.len());
                    bad[at] = self.below(256) as u8;
                }
            }
        }
        bad
    }
}

fn malformed_dhcp4_in_volume_is_counted_and_survived(engine: Engine) {
    let scene = Scene4::new(engine);
    let mut good = hand4::Client::new(1).message(dhcp4::MessageType::Request);
    good.giaddr([10, 0, 0, 1].into()).hops(1);
    good.option(dhcp4::code::REQUESTED_ADDRESS, &[10, 1, 0, 9]);
    good.option(dhcp4::code::AGENT_OPTIONS, &[1, 4, b'p', b'o', b'r', b't']);
    good.option(dhcp4::code::OVERLOAD, &[3]);
    let good = good.finish(MIN_MAX_SIZE);
    let mut dice = Dice(4);
    for _ in 0..VOLUME {
        scene.relay.send_raw(&dice.spoil(&good));
    }
    hand4::Client::new(2).lease(&scene.relay);
    let counted = scene.counted();
    assert!(
        counted.without_answer("malformed") > VOLUME / 20,
        "{counted:?}"
    );
}

fn malformed_dhcp6_in_volume_is_counted_and_survived(engine: Engine) {
    let scene = Scene6::new(engine);
    let mut good = hand6::Client::new(1).message(dhcp6::MessageType::Solicit);
    good.ia_na(1, 0, 0, |_| {}).ia_pd(2, 0, 0, |ia| {
        ia.ia_prefix("2001:db8:9000::".parse().unwrap(), 56, 0, 0);
    });
    let good = scene.relay.wrap(&good.finish().unwrap());
    let mut dice = Dice(6);
    for _ in 0..VOLUME {
        scene.relay.send_raw(&dice.spoil(&good));
    }
    hand6::Client::new(2).lease(&scene.relay, true);
    let counted = scene.counted();
    assert!(
        counted.without_answer("malformed") > VOLUME / 20,
        "{counted:?}"
    );
}

fn queries_of_unknown_subnets_are_counted(engine: Engine) {
    let scene = Scene4::with(engine, |server| {
        server["subnet4"].as_array_mut().unwrap().truncate(1);
    });
    const QUERIES: u32 = 100;
    for number in 0..QUERIES {
        let mut discover = hand4::Client::new(number).message(dhcp4::MessageType::Discover);
        scene.relay.send(&mut discover);
    }
    scene.ignored(
        "no-subnet",
        &mut hand4::Client::new(QUERIES).message(dhcp4::MessageType::Discover),
    );
    let counted = scene.counted();
    assert_eq!(counted.without_answer("no-subnet"), u64::from(QUERIES) + 1);
    assert_eq!(counted.answers, 0);
}
