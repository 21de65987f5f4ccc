//! Natural numbers of any size.

use std::cmp::Ordering;

/// A natural number: words of 32 bits, the lowest first, without zeros at the end.
#[derive(Clone, Debug, Default)]
pub(super) struct Natural(Vec<u32>);

impl Natural {
    pub(super) fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// How many bits it has.
    pub(super) fn bits(&self) -> usize {
        let top = self.0.last().map_or(0, |top| top.leading_zeros() as usize);
        self.0.len() * 32 - top
    }

    /// Becomes `self * factor + addend`.
    pub(super) fn multiply_add(&mut self, factor: u32, addend: u32) {
        let mut carry = u64::from(addend);
        for word in &mut self.0 {
            carry += u64::from(*word) * u64::from(factor);
            *word = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    pub(super) fn multiply_by_power_of_five(&mut self, mut power: u32) {
        while power >= 13 {
            self.multiply_add(5_u32.pow(13), 0);
            power -= 13;
        }
        self.multiply_add(5_u32.pow(power), 0);
    }

    pub(super) fn shift_left(&mut self, by: usize) {
        if self.is_zero() {
            return;
        }
        self.multiply_add(1 << (by % 32), 0);
        self.0.splice(0..0, std::iter::repeat_n(0, by / 32));
    }

    /// Divides it, and returns what is left.
    pub(super) fn divide_by(&mut self, divisor: u32) -> u32 {
        let mut rest = 0_u64;
        for word in self.0.iter_mut().rev() {
            rest = rest << 32 | u64::from(*word);
            *word = (rest / u64::from(divisor)) as u32;
            rest %= u64::from(divisor);
        }
        self.trim();
        rest as u32
    }

    /// Takes away what is not more.
    fn subtract(&mut self, other: &Self) {
        let mut borrow = false;
        let others = other.0.iter().copied().chain(std::iter::repeat(0));
        for (word, other) in self.0.iter_mut().zip(others) {
            let (less, first) = word.overflowing_sub(other);
            let (less, second) = less.overflowing_sub(borrow.into());
            *word = less;
            borrow = first || second;
        }
        self.trim();
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    /// The first 66 bits or more of the quotient, with the power of two that they are to be
    /// multiplied with, and whether there is more.
    pub(super) fn divided(mut self, mut divisor: Self) -> (u128, i32, bool) {
        // So that what is divided is longer by 66 bits.
        let shift = (divisor.bits() + 66) as i64 - self.bits() as i64;
        let by = shift.unsigned_abs() as usize;
        if shift >= 0 {
            self.shift_left(by);
        } else {
            divisor.shift_left(by);
        }
        divisor.shift_left(66);
        let mut quotient = 0_u128;
        // What is left is doubled instead of halving what it is divided by.
        for _ in 0..67 {
            quotient <<= 1;
            if self.cmp(&divisor) != Ordering::Less {
                self.subtract(&divisor);
                quotient |= 1;
            }
            self.shift_left(1);
        }
        (quotient, -(shift as i32), !self.is_zero())
    }

    /// The first 128 bits, with the power of two that they are to be multiplied with, and whether
    /// there is more.
    pub(super) fn leading(&self) -> (u128, i32, bool) {
        let words = self.0.iter().rev().take(4);
        let taken = words.len();
        let bits = words.fold(0, |bits, word| bits << 32 | u128::from(*word));
        let rest = self.0.len() - taken;
        let is_more = self.0.iter().take(rest).any(|word| *word != 0);
        (bits, rest as i32 * 32, is_more)
    }

    fn cmp(&self, other: &Self) -> Ordering {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

impl From<u64> for Natural {
    fn from(number: u64) -> Self {
        let mut natural = Self(vec![number as u32, (number >> 32) as u32]);
        natural.trim();
        natural
    }
}
