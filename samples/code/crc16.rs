//! Checksum of the Tern-4's radio frames (CRC-16, polynomial 0x8005 reflected, start 0xFFFF).

/// Compute the checksum of a frame without its last two bytes.
pub fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xFFFF, |crc, &byte| {
        (0..8).fold(crc ^ u16::from(byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xA001 } else { crc >> 1 }
        })
    })
}

/// Split a frame into its payload, or say why it cannot be trusted.
pub fn payload(frame: &[u8]) -> Result<&[u8], &'static str> {
    let Some(split) = frame.len().checked_sub(2) else {
        return Err("frame is shorter than its own checksum");
    };
    let (body, sum) = frame.split_at(split);
    // Low byte first. The manual says the opposite; the manual is wrong.
    if crc16(body).to_le_bytes() == sum { Ok(body) } else { Err("checksum does not match") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answer() {
        assert_eq!(crc16(b"123456789"), 0x4B37);
    }

    #[test]
    fn one_flipped_bit_is_noticed() {
        let mut frame = b"K1 4.12".to_vec();
        frame.extend(crc16(b"K1 4.12").to_le_bytes());
        assert_eq!(payload(&frame), Ok(&b"K1 4.12"[..]));
        frame[3] ^= 1;
        assert!(payload(&frame).is_err());
    }
}
