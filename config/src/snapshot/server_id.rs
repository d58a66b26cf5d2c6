//! The server's DUID as configured (`server-id`, dhcp6-srv.rst:6033-6242).

/// Kind of DUID (RFC 8415 section 11).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DuidType {
    /// Link-layer address plus time.
    #[default]
    Llt,
    /// Enterprise number plus identifier.
    En,
    /// Link-layer address.
    Ll,
}

/// What `server-id` says; zero and empty mean "any": taken from the stored DUID or made up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerIdSpec {
    /// Kind of DUID.
    pub kind: DuidType,
    /// Hardware type (LLT, LL).
    pub htype: u16,
    /// Link-layer address (LLT, LL) or identifier (EN).
    pub identifier: Vec<u8>,
    /// Seconds since 2000-01-01 UTC (LLT).
    pub time: u32,
    /// Enterprise number (EN).
    pub enterprise_id: u32,
    /// Whether the DUID is kept in the database.
    pub persist: bool,
}

impl Default for ServerIdSpec {
    fn default() -> Self {
        let kind = DuidType::Llt;
        Self {
            kind,
            htype: 0,
            identifier: Vec::new(),
            time: 0,
            enterprise_id: 0,
            persist: true,
        }
    }
}

impl ServerIdSpec {
    /// The DUID in wire form when every part of it is given, so that nothing need be stored.
    pub fn complete(&self) -> Option<Vec<u8>> {
        let given = match self.kind {
            DuidType::Llt => self.htype != 0 && self.time != 0,
            DuidType::En => self.enterprise_id != 0,
            DuidType::Ll => self.htype != 0,
        };
        (given && !self.identifier.is_empty()).then(|| self.encode())
    }

    /// The DUID in wire form from the parts as they are.
    pub fn encode(&self) -> Vec<u8> {
        let mut duid = Vec::with_capacity(8 + self.identifier.len());
        match self.kind {
            DuidType::Llt => {
                duid.extend(1u16.to_be_bytes());
                duid.extend(self.htype.to_be_bytes());
                duid.extend(self.time.to_be_bytes());
            }
            DuidType::En => {
                duid.extend(2u16.to_be_bytes());
                duid.extend(self.enterprise_id.to_be_bytes());
            }
            DuidType::Ll => {
                duid.extend(3u16.to_be_bytes());
                duid.extend(self.htype.to_be_bytes());
            }
        }
        duid.extend(&self.identifier);
        duid
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn hex(duid: &[u8]) -> String {
        duid.iter()
            .map(|byte| format!("{byte:02X}"))
            .collect::<Vec<_>>()
            .join(":")
    }

    /// The vectors of dhcp6-srv.rst:6090-6213.
    #[test]
    fn complete_duids_have_the_wire_form_of_the_manual() {
        let identifier = vec![0xa6, 0x5d, 0xc7, 0x41, 0x0f, 0x05];
        let mut spec = ServerIdSpec {
            htype: 8,
            identifier,
            time: 2_518_920_166,
            ..ServerIdSpec::default()
        };
        let llt = "00:01:00:08:96:23:AB:E6:A6:5D:C7:41:0F:05";
        assert_eq!(hex(&spec.complete().unwrap()), llt);
        spec.kind = DuidType::Ll;
        assert_eq!(
            hex(&spec.complete().unwrap()),
            "00:03:00:08:A6:5D:C7:41:0F:05"
        );
        spec.kind = DuidType::En;
        assert_eq!(spec.complete(), None, "no enterprise number");
        spec.enterprise_id = 2495;
        spec.identifier = vec![0x87, 0xab, 0xef, 0x7a, 0x5b, 0xb5, 0x45];
        let en = "00:02:00:00:09:BF:87:AB:EF:7A:5B:B5:45";
        assert_eq!(hex(&spec.complete().unwrap()), en);
    }
}
