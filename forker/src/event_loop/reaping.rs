//! Who has ended: children are looked at, shown to the supervisor while they are zombies, and then reaped.

use nix::errno::Errno;

use super::EventLoop;
use crate::error::Error;
use crate::process::reap::{self, Children, Zombie};
use crate::process::{deliver, procfs};
use crate::report::run::Outcome;
use crate::supervisor::Event;

impl EventLoop<'_> {
    /// Whether forker has children: it may have got some over exec, and some may have ended before it blocked SIGCHLD.
    pub(super) fn has_any_child() -> Result<bool, Error> {
        Ok(!matches!(reap::look().map_err(reap_failed)?, Children::None))
    }

    /// Reaps every child that has ended, and returns whether it took a look at /proc. Where a second look is wanted it
    /// leaves the rest to the next turn.
    pub(super) fn reap_all(&mut self) -> Result<bool, Error> {
        let mut has_looked = false;
        self.has_zombies = false;
        let has_children = loop {
            let zombie = match reap::look().map_err(reap_failed)? {
                Children::Ended(zombie) => zombie,
                Children::Running => break true,
                Children::None => break false,
            };
            let zombies = self.look_at_children(zombie);
            if self.supervisor.wants_look() {
                if has_looked {
                    self.has_zombies = true;
                    break true;
                }
                self.look();
                has_looked = true;
            }
            for zombie in zombies {
                self.reap_one(zombie).map_err(reap_failed)?;
            }
        };
        if has_children {
            self.look_for_stopped()?;
        }
        let mut ended_groups = self.supervisor.unseen_groups();
        ended_groups.retain(|group| !deliver::group_exists(*group));
        self.handle(Event::AllReaped { has_children, ended_groups });
        Ok(has_looked)
    }

    fn look_for_stopped(&mut self) -> Result<(), Error> {
        while let Some((pid, signal)) = reap::stopped().map_err(reap_failed)? {
            self.handle(Event::HasStopped { pid, signal });
        }
        Ok(())
    }

    /// Shows the supervisor forker's children, as they are when `zombie`, and others with it, have ended: what these
    /// leave is among them. Returns all that have ended.
    fn look_at_children(&mut self, zombie: Zombie) -> Vec<Zombie> {
        let mut zombies = vec![zombie];
        if self.supervisor.wants_children() {
            let mut children = procfs::own_children();
            if let Ok(pids) = &mut children {
                pids.retain(|pid| *pid != zombies[0].pid());
                zombies.extend(reap::ended(pids));
            }
            if zombies.len() > 1 {
                children = procfs::own_children();
            }
            let ended = zombies.iter().map(Zombie::pid).collect();
            self.handle(Event::Children { ended, children });
        }
        zombies
    }

    /// First the signals to what it leaves, then the reaping: once a leader is reaped, its group's id may be another's.
    fn reap_one(&mut self, zombie: Zombie) -> nix::Result<()> {
        let pid = zombie.pid();
        self.handle(Event::HasEnded { pid });
        let reaped = zombie.reap()?;
        let mut outcome = Outcome::from_wait(reaped.status);
        if let Outcome::Exited(126 | 127) = outcome
            && let Some(errno) = self.command.failed_exec(pid)
        {
            outcome = Outcome::NotExecuted(errno);
        }
        self.handle(Event::Reaped { pid, outcome, usage: reaped.usage });
        Ok(())
    }
}

fn reap_failed(errno: Errno) -> Error {
    Error::system("reap a child")(errno)
}
