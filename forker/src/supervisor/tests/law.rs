//! What holds whatever happens: each run is reported once, and no limit is passed.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Time,
    /// A run's leader ends and leaves so many processes in its group.
    End {
        leaving: i32,
    },
    OrphanEnds,
    Stop,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => Just(Step::Time),
        10 => (0..3).prop_map(|leaving| Step::End { leaving }),
        8 => Just(Step::OrphanEnds),
        1 => Just(Step::Stop),
    ]
}

fn policy() -> impl Strategy<Value = Policy> {
    let overlap = prop_oneof![Just(Overlap::Allow), Just(Overlap::Forbid), Just(Overlap::Replace)];
    let until = prop::option::of(prop_oneof![Just(Until::Failure), Just(Until::Success)]);
    (overlap, 1_u64..4, prop::option::of(1_u32..40), until, prop::option::of(1_u64..20)).prop_map(
        |(overlap, max_children, timeout, until, count)| Policy {
            overlap,
            max_children,
            timeout: timeout.map(|ms| ms * MS),
            until,
            count,
            ..POLICY
        },
    )
}

proptest! {
    #[test]
    fn whatever_happens_every_run_is_reported_once_and_the_limits_hold(
        policy in policy(), all: bool, steps in prop::collection::vec((step(), 0_u32..20), 1..150)
    ) {
        let mut world = World::new(policy.clone(), all);
        let most = if policy.overlap == Overlap::Allow { policy.max_children } else { 1 };
        let (mut ms, mut stopped, mut started, mut reported) = (0, false, 0, 0);
        let mut leaders: VecDeque<i32> = VecDeque::new();
        let mut orphans: VecDeque<i32> = VecDeque::new();
        let mut next_orphan = 1000;
        for (step, delay) in steps {
            ms += delay;
            let first_new = world.next_pid;
            let actions = match step {
                Step::Time => world.time(ms),
                Step::Stop => world.event(ms, Event::Stop(libc::SIGTERM)),
                Step::End { leaving } => match leaders.pop_front() {
                    Some(number) => {
                        for _ in 0..leaving {
                            world.fork(number, next_orphan, number);
                            orphans.push_back(next_orphan);
                            next_orphan += 1;
                        }
                        world.end(ms, number, Outcome::Exited(u8::from(leaving > 1)))
                    }
                    None => vec![],
                },
                Step::OrphanEnds => match orphans.pop_front() {
                    Some(number) => world.end(ms, number, killed(SIGKILL)),
                    None => vec![],
                },
            };
            leaders.extend(first_new..world.next_pid);
            for action in &actions {
                match action {
                    Action::Start { run, .. } => {
                        started += 1;
                        prop_assert_eq!(*run, started);
                        prop_assert!(!stopped, "no run after a stop");
                    }
                    Action::LogRun(report) => reported += u64::from(report.outcome != Outcome::NotEnded),
                    Action::LogStopping { .. } => stopped = true,
                    _ => {}
                }
            }
            let supervisor = &world.supervisor;
            let given_up = leaders.iter().filter(|leader| supervisor.led_by(pid(**leader)).is_none());
            let given_up = given_up.count() as u64;
            prop_assert_eq!(started, reported + leaders.len() as u64);
            prop_assert!(leaders.len() as u64 - given_up <= supervisor.runs.len() as u64);
            prop_assert!(supervisor.runs.len() as u64 <= most, "trees count, not leaders");
            prop_assert!(policy.count.is_none_or(|count| started <= count));
        }
    }
}
