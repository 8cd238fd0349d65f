//! Whom a signal is for: a whole group where that hits nobody else, else each process by itself. What each was sent is
//! remembered, so that nobody gets TERM twice.

use std::collections::{BTreeMap, BTreeSet};

use nix::unistd::Pid;

use super::member::{Asked, Group, Member, Owner};
use super::{Descendants, leads};
use crate::process::snapshot::Target;

/// Whom to signal.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    pub(crate) term: Vec<Target>,
    pub(crate) kill: Vec<Target>,
    /// A group got its signal at a stroke, and a member may have left it since the look: another look shows that.
    pub(crate) may_have_missed: bool,
}

impl Targets {
    fn push(&mut self, target: Target, asked: Asked) {
        match asked {
            Asked::Nothing => {}
            Asked::Term => self.term.push(target),
            Asked::Kill => self.kill.push(target),
        }
    }
}

impl Descendants {
    /// Whom to send TERM and whom KILL, so that everybody has got what their owner `is_to_get`, and nobody gets TERM
    /// twice; it counts as sent.
    ///
    /// A group gets it at a stroke if that [`is_held`].
    pub(crate) fn ask(&mut self, is_to_get: impl Fn(Owner) -> Asked, is_blind: bool) -> Targets {
        let mut targets = Targets::default();
        for (id, group) in &mut self.groups {
            let asked = is_to_get(group.owner);
            if group.asked < asked && is_held(&self.members, *id, group, is_blind) {
                group.asked = asked;
                let members = self.members.values_mut().filter(|member| member.group == Some(*id));
                for member in members {
                    member.asked = asked;
                    member.is_asked_with_group = true;
                    targets.may_have_missed |= !member.is_leader && !member.is_zombie;
                }
                targets.push(Target::Group(*id), asked);
            }
        }
        for (pid, member) in &mut self.members {
            let asked = is_to_get(member.owner);
            if member.asked < asked && !member.is_zombie {
                member.asked = asked;
                member.is_asked_with_group = false;
                targets.push(member.target(*pid), asked);
            }
        }
        targets
    }

    /// All that lives and `is_wanted`; a group at a stroke if that [`is_held`].
    pub(crate) fn all(&self, is_wanted: impl Fn(Owner) -> bool, is_blind: bool) -> Vec<Target> {
        let held = self.groups.iter().filter(|(id, group)| {
            is_wanted(group.owner) && is_held(&self.members, **id, group, is_blind)
        });
        let held: BTreeSet<Pid> = held.map(|(id, _)| *id).collect();
        let is_alone = |member: &Member| {
            is_wanted(member.owner) && member.group.is_none_or(|group| !held.contains(&group))
        };
        held.iter().copied().map(Target::Group).chain(self.one_by_one(is_alone)).collect()
    }

    /// A signal was not permitted to any process of this group: its living members, to be signalled one by one.
    pub(crate) fn members_of_group(&self, group: Pid) -> Vec<Target> {
        self.one_by_one(|member| member.group == Some(group)).collect()
    }

    fn one_by_one(&self, is_wanted: impl Fn(&Member) -> bool) -> impl Iterator<Item = Target> {
        let lives = move |member: &Member| is_wanted(member) && !member.is_zombie;
        let living = self.members.iter().filter(move |(_, member)| lives(member));
        living.map(|(pid, member)| member.target(*pid))
    }

    /// A signal to this process was not permitted: its name, if that was not reported before.
    pub(crate) fn refused(&mut self, pid: Pid) -> Option<String> {
        let member = self.members.get_mut(&pid)?;
        let is_reported = std::mem::replace(&mut member.is_refusal_reported, true);
        (!is_reported).then(|| member.name.clone())
    }
}

/// Whether a signal to this group at a stroke hits nobody else: its leader, which is not reaped, keeps the group's id from
/// another group. Where /proc cannot be read, `is_blind`, a run's group gets it in any case: its members are not known.
fn is_held(members: &BTreeMap<Pid, Member>, id: Pid, group: &Group, is_blind: bool) -> bool {
    leads(members, id) || (is_blind && group.is_runs)
}
