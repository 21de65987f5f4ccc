//! Tuples of commands as batches. One like the other, and each written out, so that an IDE shows
//! what a pipeline of so many commands gives back.

use super::{Batch, IntoBatch, Results};
use crate::command::{Command, Kind};
use crate::error::Error;
use crate::reply::FromReply;

impl<K1: Kind, T1: FromReply> IntoBatch for (Command<K1, T1>,) {
    type Replies = (Result<T1, Error>,);

    fn into_batch(self, batch: &mut Batch) {
        batch.push(&self.0);
    }

    fn read(mut results: Results<'_>) -> Self::Replies {
        (results.take(),)
    }
}

impl<K1: Kind, T1: FromReply, K2: Kind, T2: FromReply> IntoBatch
    for (Command<K1, T1>, Command<K2, T2>)
{
    type Replies = (Result<T1, Error>, Result<T2, Error>);

    fn into_batch(self, batch: &mut Batch) {
        batch.push(&self.0);
        batch.push(&self.1);
    }

    fn read(mut results: Results<'_>) -> Self::Replies {
        (results.take(), results.take())
    }
}

impl<K1: Kind, T1: FromReply, K2: Kind, T2: FromReply, K3: Kind, T3: FromReply> IntoBatch
    for (Command<K1, T1>, Command<K2, T2>, Command<K3, T3>)
{
    type Replies = (Result<T1, Error>, Result<T2, Error>, Result<T3, Error>);

    fn into_batch(self, batch: &mut Batch) {
        batch.push(&self.0);
        batch.push(&self.1);
        batch.push(&self.2);
    }

    fn read(mut results: Results<'_>) -> Self::Replies {
        (results.take(), results.take(), results.take())
    }
}

impl<
    K1: Kind,
    T1: FromReply,
    K2: Kind,
    T2: FromReply,
    K3: Kind,
    T3: FromReply,
    K4: Kind,
    T4: FromReply,
> IntoBatch for (Command<K1, T1>, Command<K2, T2>, Command<K3, T3>, Command<K4, T4>)
{
    type Replies = (Result<T1, Error>, Result<T2, Error>, Result<T3, Error>, Result<T4, Error>);

    fn into_batch(self, batch: &mut Batch) {
        batch.push(&self.0);
        batch.push(&self.1);
        batch.push(&self.2);
        batch.push(&self.3);
    }

    fn read(mut results: Results<'_>) -> Self::Replies {
        (results.take(), results.take(), results.take(), results.take())
    }
}

impl<
    K1: Kind,
    T1: FromReply,
    K2: Kind,
    T2: FromReply,
    K3: Kind,
    T3: FromReply,
    K4: Kind,
    T4: FromReply,
    K5: Kind,
    T5: FromReply,
> IntoBatch
    for (Command<K1, T1>, Command<K2, T2>, Command<K3, T3>, Command<K4, T4>, Command<K5, T5>)
{
    type Replies = (
        Result<T1, Error>,
        Result<T2, Error>,
        Result<T3, Error>,
        Result<T4, Error>,
        Result<T5, Error>,
    );

    fn into_batch(self, batch: &mut Batch) {
        batch.push(&self.0);
        batch.push(&self.1);
        batch.push(&self.2);
        batch.push(&self.3);
        batch.push(&self.4);
    }

    fn read(mut results: Results<'_>) -> Self::Replies {
        (results.take(), results.take(), results.take(), results.take(), results.take())
    }
}

impl<
    K1: Kind,
    T1: FromReply,
    K2: Kind,
    T2: FromReply,
    K3: Kind,
    T3: FromReply,
    K4: Kind,
    T4: FromReply,
    K5: Kind,
    T5: FromReply,
    K6: Kind,
    T6: FromReply,
> IntoBatch
    for (
        Command<K1, T1>,
        Command<K2, T2>,
        Command<K3, T3>,
        Command<K4, T4>,
        Command<K5, T5>,
        Command<K6, T6>,
    )
{
    type Replies = (
        Result<T1, Error>,
        Result<T2, Error>,
        Result<T3, Error>,
        Result<T4, Error>,
        Result<T5, Error>,
        Result<T6, Error>,
    );

    fn into_batch(self, batch: &mut Batch) {
        batch.push(&self.0);
        batch.push(&self.1);
        batch.push(&self.2);
        batch.push(&self.3);
        batch.push(&self.4);
        batch.push(&self.5);
    }

    fn read(mut results: Results<'_>) -> Self::Replies {
        (
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
        )
    }
}

impl<
    K1: Kind,
    T1: FromReply,
    K2: Kind,
    T2: FromReply,
    K3: Kind,
    T3: FromReply,
    K4: Kind,
    T4: FromReply,
    K5: Kind,
    T5: FromReply,
    K6: Kind,
    T6: FromReply,
    K7: Kind,
    T7: FromReply,
> IntoBatch
    for (
        Command<K1, T1>,
        Command<K2, T2>,
        Command<K3, T3>,
        Command<K4, T4>,
        Command<K5, T5>,
        Command<K6, T6>,
        Command<K7, T7>,
    )
{
    type Replies = (
        Result<T1, Error>,
        Result<T2, Error>,
        Result<T3, Error>,
        Result<T4, Error>,
        Result<T5, Error>,
        Result<T6, Error>,
        Result<T7, Error>,
    );

    fn into_batch(self, batch: &mut Batch) {
        batch.push(&self.0);
        batch.push(&self.1);
        batch.push(&self.2);
        batch.push(&self.3);
        batch.push(&self.4);
        batch.push(&self.5);
        batch.push(&self.6);
    }

    fn read(mut results: Results<'_>) -> Self::Replies {
        (
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
        )
    }
}

impl<
    K1: Kind,
    T1: FromReply,
    K2: Kind,
    T2: FromReply,
    K3: Kind,
    T3: FromReply,
    K4: Kind,
    T4: FromReply,
    K5: Kind,
    T5: FromReply,
    K6: Kind,
    T6: FromReply,
    K7: Kind,
    T7: FromReply,
    K8: Kind,
    T8: FromReply,
> IntoBatch
    for (
        Command<K1, T1>,
        Command<K2, T2>,
        Command<K3, T3>,
        Command<K4, T4>,
        Command<K5, T5>,
        Command<K6, T6>,
        Command<K7, T7>,
        Command<K8, T8>,
    )
{
    type Replies = (
        Result<T1, Error>,
        Result<T2, Error>,
        Result<T3, Error>,
        Result<T4, Error>,
        Result<T5, Error>,
        Result<T6, Error>,
        Result<T7, Error>,
        Result<T8, Error>,
    );

    fn into_batch(self, batch: &mut Batch) {
        batch.push(&self.0);
        batch.push(&self.1);
        batch.push(&self.2);
        batch.push(&self.3);
        batch.push(&self.4);
        batch.push(&self.5);
        batch.push(&self.6);
        batch.push(&self.7);
    }

    fn read(mut results: Results<'_>) -> Self::Replies {
        (
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
        )
    }
}

impl<
    K1: Kind,
    T1: FromReply,
    K2: Kind,
    T2: FromReply,
    K3: Kind,
    T3: FromReply,
    K4: Kind,
    T4: FromReply,
    K5: Kind,
    T5: FromReply,
    K6: Kind,
    T6: FromReply,
    K7: Kind,
    T7: FromReply,
    K8: Kind,
    T8: FromReply,
    K9: Kind,
    T9: FromReply,
> IntoBatch
    for (
        Command<K1, T1>,
        Command<K2, T2>,
        Command<K3, T3>,
        Command<K4, T4>,
        Command<K5, T5>,
        Command<K6, T6>,
        Command<K7, T7>,
        Command<K8, T8>,
        Command<K9, T9>,
    )
{
    type Replies = (
        Result<T1, Error>,
        Result<T2, Error>,
        Result<T3, Error>,
        Result<T4, Error>,
        Result<T5, Error>,
        Result<T6, Error>,
        Result<T7, Error>,
        Result<T8, Error>,
        Result<T9, Error>,
    );

    fn into_batch(self, batch: &mut Batch) {
        batch.push(&self.0);
        batch.push(&self.1);
        batch.push(&self.2);
        batch.push(&self.3);
        batch.push(&self.4);
        batch.push(&self.5);
        batch.push(&self.6);
        batch.push(&self.7);
        batch.push(&self.8);
    }

    fn read(mut results: Results<'_>) -> Self::Replies {
        (
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
        )
    }
}

impl<
    K1: Kind,
    T1: FromReply,
    K2: Kind,
    T2: FromReply,
    K3: Kind,
    T3: FromReply,
    K4: Kind,
    T4: FromReply,
    K5: Kind,
    T5: FromReply,
    K6: Kind,
    T6: FromReply,
    K7: Kind,
    T7: FromReply,
    K8: Kind,
    T8: FromReply,
    K9: Kind,
    T9: FromReply,
    K10: Kind,
    T10: FromReply,
> IntoBatch
    for (
        Command<K1, T1>,
        Command<K2, T2>,
        Command<K3, T3>,
        Command<K4, T4>,
        Command<K5, T5>,
        Command<K6, T6>,
        Command<K7, T7>,
        Command<K8, T8>,
        Command<K9, T9>,
        Command<K10, T10>,
    )
{
    type Replies = (
        Result<T1, Error>,
        Result<T2, Error>,
        Result<T3, Error>,
        Result<T4, Error>,
        Result<T5, Error>,
        Result<T6, Error>,
        Result<T7, Error>,
        Result<T8, Error>,
        Result<T9, Error>,
        Result<T10, Error>,
    );

    fn into_batch(self, batch: &mut Batch) {
        batch.push(&self.0);
        batch.push(&self.1);
        batch.push(&self.2);
        batch.push(&self.3);
        batch.push(&self.4);
        batch.push(&self.5);
        batch.push(&self.6);
        batch.push(&self.7);
        batch.push(&self.8);
        batch.push(&self.9);
    }

    fn read(mut results: Results<'_>) -> Self::Replies {
        (
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
        )
    }
}

impl<
    K1: Kind,
    T1: FromReply,
    K2: Kind,
    T2: FromReply,
    K3: Kind,
    T3: FromReply,
    K4: Kind,
    T4: FromReply,
    K5: Kind,
    T5: FromReply,
    K6: Kind,
    T6: FromReply,
    K7: Kind,
    T7: FromReply,
    K8: Kind,
    T8: FromReply,
    K9: Kind,
    T9: FromReply,
    K10: Kind,
    T10: FromReply,
    K11: Kind,
    T11: FromReply,
> IntoBatch
    for (
        Command<K1, T1>,
        Command<K2, T2>,
        Command<K3, T3>,
        Command<K4, T4>,
        Command<K5, T5>,
        Command<K6, T6>,
        Command<K7, T7>,
        Command<K8, T8>,
        Command<K9, T9>,
        Command<K10, T10>,
        Command<K11, T11>,
    )
{
    type Replies = (
        Result<T1, Error>,
        Result<T2, Error>,
        Result<T3, Error>,
        Result<T4, Error>,
        Result<T5, Error>,
        Result<T6, Error>,
        Result<T7, Error>,
        Result<T8, Error>,
        Result<T9, Error>,
        Result<T10, Error>,
        Result<T11, Error>,
    );

    fn into_batch(self, batch: &mut Batch) {
        batch.push(&self.0);
        batch.push(&self.1);
        batch.push(&self.2);
        batch.push(&self.3);
        batch.push(&self.4);
        batch.push(&self.5);
        batch.push(&self.6);
        batch.push(&self.7);
        batch.push(&self.8);
        batch.push(&self.9);
        batch.push(&self.10);
    }

    fn read(mut results: Results<'_>) -> Self::Replies {
        (
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
        )
    }
}

impl<
    K1: Kind,
    T1: FromReply,
    K2: Kind,
    T2: FromReply,
    K3: Kind,
    T3: FromReply,
    K4: Kind,
    T4: FromReply,
    K5: Kind,
    T5: FromReply,
    K6: Kind,
    T6: FromReply,
    K7: Kind,
    T7: FromReply,
    K8: Kind,
    T8: FromReply,
    K9: Kind,
    T9: FromReply,
    K10: Kind,
    T10: FromReply,
    K11: Kind,
    T11: FromReply,
    K12: Kind,
    T12: FromReply,
> IntoBatch
    for (
        Command<K1, T1>,
        Command<K2, T2>,
        Command<K3, T3>,
        Command<K4, T4>,
        Command<K5, T5>,
        Command<K6, T6>,
        Command<K7, T7>,
        Command<K8, T8>,
        Command<K9, T9>,
        Command<K10, T10>,
        Command<K11, T11>,
        Command<K12, T12>,
    )
{
    type Replies = (
        Result<T1, Error>,
        Result<T2, Error>,
        Result<T3, Error>,
        Result<T4, Error>,
        Result<T5, Error>,
        Result<T6, Error>,
        Result<T7, Error>,
        Result<T8, Error>,
        Result<T9, Error>,
        Result<T10, Error>,
        Result<T11, Error>,
        Result<T12, Error>,
    );

    fn into_batch(self, batch: &mut Batch) {
        batch.push(&self.0);
        batch.push(&self.1);
        batch.push(&self.2);
        batch.push(&self.3);
        batch.push(&self.4);
        batch.push(&self.5);
        batch.push(&self.6);
        batch.push(&self.7);
        batch.push(&self.8);
        batch.push(&self.9);
        batch.push(&self.10);
        batch.push(&self.11);
    }

    fn read(mut results: Results<'_>) -> Self::Replies {
        (
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
            results.take(),
        )
    }
}
