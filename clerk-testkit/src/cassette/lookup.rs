use std::collections::{HashMap, VecDeque};

use super::format::{Cassette, Interaction};
use super::request::RecordedRequest;
use super::rules::MatchRules;

/// Finds interactions by their rules. Interactions with the same rules form a group.
pub(super) struct Lookup {
    groups: Vec<MatchRules>,
    /// The group of each interaction.
    group_of: Vec<usize>,
    /// The key of the whole request, for interactions with rules of their own.
    exact: HashMap<usize, Box<[u8]>>,
}

/// For each group and key, the unused interactions in the order of recording.
pub(super) struct Unused(Vec<HashMap<Box<[u8]>, VecDeque<usize>>>);

/// A matching interaction.
pub(super) struct Found {
    pub(super) index: usize,
    group: usize,
    key: Box<[u8]>,
}

impl Lookup {
    pub(super) fn new(cassette: &Cassette) -> (Self, Unused) {
        let mut lookup = Self {
            groups: Vec::new(),
            group_of: Vec::with_capacity(cassette.interactions.len()),
            exact: HashMap::new(),
        };
        let mut unused = Unused(Vec::new());
        for (index, interaction) in cassette.interactions.iter().enumerate() {
            let rules = cassette.rules.with(&interaction.rules);
            let known = lookup.groups.iter().position(|known| *known == rules);
            let group = known.unwrap_or(lookup.groups.len());
            let key = rules.key(&interaction.request).into();
            if !rules.is_default() {
                lookup.exact.insert(index, interaction.request.key().into());
            }
            if known.is_none() {
                lookup.groups.push(rules);
                unused.0.push(HashMap::new());
            }
            unused.0[group].entry(key).or_default().push_back(index);
            lookup.group_of.push(group);
        }
        (lookup, unused)
    }

    /// Returns the headers that any rule compares.
    pub(super) fn headers(&self) -> Vec<String> {
        self.groups.iter().flat_map(|rules| rules.headers()).cloned().collect()
    }

    pub(super) fn rules(&self, index: usize) -> &MatchRules {
        &self.groups[self.group_of[index]]
    }

    /// Returns the first unused interaction that matches and is `allowed`. One with exactly the same request comes before
    /// those that match by a rule only, so that a loose rule does not give away the answer to another request.
    pub(super) fn find(
        &self,
        unused: &Unused,
        interactions: &[Interaction],
        request: &RecordedRequest<'_>,
        allowed: impl Fn(usize) -> bool,
    ) -> Option<Found> {
        let exact = request.key();
        let mut best: Option<(bool, Found)> = None;
        for (group, rules) in self.groups.iter().enumerate() {
            let key = if rules.is_default() {
                exact.clone()
            } else {
                rules.key(request)
            };
            for &index in unused.0[group].get(key.as_slice()).into_iter().flatten() {
                let is_loose = self.exact.get(&index).is_some_and(|of_index| **of_index != *exact);
                let rank = (is_loose, index);
                let is_better = best.as_ref().is_none_or(|(loose, found)| rank < (*loose, found.index));
                let matches = || rules.body_matches(&interactions[index].request, request);
                if is_better && allowed(index) && matches() {
                    let key = key.clone().into();
                    best = Some((is_loose, Found { index, group, key }));
                }
                if !is_loose {
                    break;
                }
            }
        }
        best.map(|(_, found)| found)
    }
}

impl Unused {
    pub(super) fn remove(&mut self, found: &Found) {
        if let Some(indices) = self.0[found.group].get_mut(&found.key) {
            if indices.front() == Some(&found.index) {
                indices.pop_front();
            } else {
                indices.retain(|&index| index != found.index);
            }
        }
    }

    /// Whether no other interaction has the same key.
    pub(super) fn is_last(&self, found: &Found) -> bool {
        self.0[found.group]
            .get(&found.key)
            .is_some_and(|indices| indices.len() == 1)
    }
}
