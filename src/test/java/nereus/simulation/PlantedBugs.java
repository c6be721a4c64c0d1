package nereus.simulation;

import java.util.List;

/** The mistakes that the simulator must find, and within how many seeds. */
final class PlantedBugs {
    private PlantedBugs() {}

    static List<PlantedBug> all() {
        return List.of(
                new PlantedBug("a claim is answered before it is written", 5)
                        .replace("pool/Claims.java", "            ledger.enter(id, lease);\n", ""),
                new PlantedBug("a claim is answered although its write was refused", 10).with(Fault.WRITE_REFUSED)
                        .replace("pool/Claims.java", "            ledger.enter(id, lease);\n", """
                                            try {
                                                ledger.enter(id, lease);
                                            } catch (NomadException.Refused notWritten) {
                                                log.warn("not written");
                                            }
                                """),
                new PlantedBug("a claim of which nobody knows whether it was written is answered", 20)
                        .with(Fault.WRITE_LOST)
                        .replace("pool/Claims.java",
                                "            if (!failed.outcomeUnknown()) {\n                told = true;",
                                "            if (failed.outcomeUnknown()) {\n                told = true;\n                return fleet.grant(id, lease);\n            } else {\n                told = true;"),
                new PlantedBug("a stream is resumed without a snapshot", 20)
                        .with(Fault.STREAM_BROKEN, Fault.BUFFER_EMPTIED, Fault.TASK_ENDED)
                        .replace("sync/Watcher.java", "            snapshot();\n            applyUntilItBreaks",
                                "            if (!readiness.fleetKnown()) snapshot();\n            applyUntilItBreaks")
                        .replace("sync/Watcher.java", "            if (untilSnapshot <= 0\n",
                                "            if (untilSnapshot < Long.MIN_VALUE / 2\n"),
                new PlantedBug("the snapshot is taken before the stream is opened", 40)
                        .with(Fault.STREAM_BROKEN, Fault.BUFFER_EMPTIED, Fault.TASK_ENDED)
                        .replace("sync/Watcher.java",
                                "        try (EventStream events = nomad.events()) {\n            snapshot();\n",
                                "        try (EventStream events = java.util.stream.Stream.of(0).peek(first -> snapshot())"
                                        + ".map(then -> nomad.events()).toList().getFirst()) {\n"),
                new PlantedBug("absence counts whatever the index of the list", 60)
                        .with(Fault.LIST_STALE, Fault.STREAM_BROKEN)
                        .replace("runner/News.java", " && runner.jobIndex <= snapshot.jobs().index()", "")
                        .replace("runner/News.java", " && allocation.index() <= snapshot.allocations().index()", ""),
                new PlantedBug("half a list is accepted", 20).with(Fault.LIST_FAILED).replace(
                        "sync/SnapshotReader.java",
                        "        Listing<AllocationFact> allocations = nomad.allocations();\n", """
                                        Listing<AllocationFact> allocations;
                                        try {
                                            allocations = nomad.allocations();
                                        } catch (nereus.nomad.NomadException half) {
                                            allocations = new Listing<>(Long.MAX_VALUE, java.util.List.of());
                                        }
                                """),
                new PlantedBug("an empty list of variables is believed", 60).with(Fault.RIGHTS_TAKEN, Fault.CRASH)
                        .replace("pool/Ledger.java",
                                "return complete ? Optional.of(new Book(claimed, released, saved, shared)) : Optional.empty();",
                                "return Optional.of(new Book(claimed, released, saved, shared));"),
                new PlantedBug("a resync replaces the fleet", 20).with(Fault.STREAM_BROKEN).replace("runner/News.java",
                        "        snapshot.nodes().rows().forEach(this::apply);\n",
                        "        List.copyOf(table.all()).forEach(table::remove);\n        snapshot.nodes().rows().forEach(this::apply);\n"),
                new PlantedBug("the timer of the idle time hits the claim", 20).replace("runner/Table.java",
                        "        runner.usedAt = runner.since;", "        runner.usedAt = runner.idleSince;"),
                new PlantedBug("a use does not start the timeout anew", 200).with(Act.USE).replace("runner/Fleet.java",
                        "                runner.usedAt = table.now();", "                table.rung();"),
                new PlantedBug("the ledger's entry is removed before the purge", 5).replace("pool/Keeper.java",
                        "            nomad.purge(gone.id());\n            ledger.remove(gone.id(), gone.noted());\n",
                        "            ledger.remove(gone.id(), gone.noted());\n            nomad.purge(gone.id());\n"),
                new PlantedBug("a return is answered and forgotten", 5).replace("pool/Claims.java",
                        "            ledger.noteReleased(runnerId);\n", ""),
                new PlantedBug("two processes refill and claim", 60).with(Fault.SECOND_PROCESS).replace(
                        "epoch/Epoch.java",
                        "                supersede(number, entry.map(Epoch::processOf).orElse(\"?\"));",
                        "                return;"),
                new PlantedBug("a claim is answered without asking whether another process has taken over", 60)
                        .with(Fault.SECOND_PROCESS)
                        .replace("pool/Ledger.java", "        epoch.confirmWritten();\n", ""),
                new PlantedBug("a restart that no process watched is not noticed", 60)
                        .with(Fault.SECOND_PROCESS, Fault.CRASH, Fault.TASK_RESTARTED)
                        .replace("runner/Table.java", "allocation.restarts() > lease.restarts()", "lease == null"),
                new PlantedBug("ids are used again", 60).replace("pool/Keeper.java", "ids.get()",
                        "new java.util.UUID(0, random.nextInt(12))"),
                new PlantedBug("starting runners do not count", 5).replace("pool/Refill.java",
                        "return wanted - idle - starting;", "return wanted - idle;"),
                new PlantedBug("the replacement of an allocation is handed out", 60)
                        .with(Fault.ALLOCATION_STOPPED, Fault.NODE_LOST).replace("runner/News.java",
                                "            if (!news.over() && (known == null || news.index() >= known.index())) {\n                table.over(runner, Ending.STOPPED, \"Nomad replaced its allocation\");\n            }\n            return;",
                                "            if (news.over()) {\n                return;\n            }"),
                new PlantedBug("a deletion takes other environments' runners along", 30).with(Act.DELETE).replace(
                        "runner/Fleet.java", "                if (runner.environment == environment) {",
                        "                if (runner.environment != 1) {"),
                new PlantedBug("a claim hands out the definition from before a put", 40).with(Act.DEFINITION_CHANGE)
                        .replace("pool/Claims.java", "claimed.isPresent() && stillWanted(environment, wanted.mark())",
                                "claimed.isPresent()"),
                new PlantedBug("a busy runner is released when its definition changes", 200)
                        .with(Act.DEFINITION_CHANGE, Act.COMMAND)
                        .replace("runner/Upkeep.java", "if (busy || runner.silentSince", "if (runner.silentSince"),
                new PlantedBug("a runner that is used is released when its definition changes", 80)
                        .with(Act.DEFINITION_CHANGE, Act.USE)
                        .replace("runner/Upkeep.java", " || runner.usedAt - runner.silentSince > 0", ""),
                new PlantedBug("a silent runner outlives its definition", 60).with(Act.DEFINITION_CHANGE).replace(
                        "pool/Keeper.java", "        boolean waiting = releaseSuperseded();",
                        "        boolean waiting = false;"),
                new PlantedBug("a forced pull releases claimed runners", 60).with(Act.FORCED_PULL).replace(
                        "environment/Edition.java", "return revision(mark).equals(revision(other));",
                        "return mark.equals(other);"),
                new PlantedBug("a change lets all idle runners go at once", 20).with(Act.DEFINITION_CHANGE).replace(
                        "pool/Refill.java",
                        "            retire.addAll(level.unfit().subList(0, replacement.retire()));\n",
                        "            retire.addAll(level.unfit());\n"),
                new PlantedBug("a plain template is replaced without its definition being saved", 120)
                        .with(Act.PLAIN_TEMPLATE, Act.DEFINITION_CHANGE).with(Fault.CRASH)
                        .replace("environment/EnvironmentStore.java", "        saved.save(edition);\n", ""),
                new PlantedBug("a saved definition is not finished", 120)
                        .with(Act.PLAIN_TEMPLATE, Act.DEFINITION_CHANGE).with(Fault.CRASH)
                        .replace("environment/EnvironmentStore.java",
                                "        unfinished.forEach(this::finishSaved);\n", ""),
                new PlantedBug("a template that vanished is not put back", 20).with(Fault.TEMPLATE_VANISHED).replace(
                        "environment/EnvironmentStore.java", "sightings.mayBeRestored(id)", "saved == null"),
                new PlantedBug("a put that failed counts", 20).with(Fault.WRITE_REFUSED)
                        .replace("environment/EnvironmentStore.java",
                                "            // Written even when it looks the same:",
                                "            environments.put(next);\n            // Written even when it looks the same:"),
                new PlantedBug("what becomes idle is not handed to those who wait", 20).with(Act.WAIT)
                        .replace("runner/Guarded.java", "            lines.serve();\n", ""),
                new PlantedBug("who came last is served first", 40).with(Act.WAIT)
                        .replace("runner/Lines.java",
                                "            Waiter first = line.getValue().firstEntry().getValue();\n            Match match",
                                "            Waiter first = line.getValue().lastEntry().getValue();\n            Match match"),
                new PlantedBug("who leaves the line keeps the runner that it was handed", 40).with(Act.WAIT)
                        .replace("runner/Line.java",
                                "                giveUp(waiter);\n                depart(waiter, why);",
                                "                depart(waiter, why);"),
                new PlantedBug("who leaves during the write keeps the runner", 60).with(Act.WAIT)
                        .replace("pool/WaitingClaim.java", "            claims.giveBack(claimed.id());\n", ""),
                new PlantedBug("who accepts several stays in the other lines", 60).with(Act.WAIT)
                        .replace("runner/Lines.java",
                                "        remove(waiter);\n        table.tell",
                                "        var line = Objects.requireNonNull(lines.get(match.environment));\n        line.remove(waiter.ticket);\n        if (line.isEmpty()) lines.remove(match.environment);\n        table.tell"),
                new PlantedBug("a refused write loses its runner", 40).with(Act.WAIT).with(Fault.WRITE_REFUSED)
                        .replace("runner/Line.java",
                                "                table.putBack(handed.runner().id());\n                stand(waiter);\n            }\n        });",
                                "                stand(waiter);\n            }\n        });"),
                new PlantedBug("a runner that nobody collects is kept for ever", 60).with(Act.ASK).replace(
                        "pool/Reservations.java",
                        "known.values().removeIf(reservation -> reservation.settle(KEPT, REMEMBERED));",
                        "known.values().removeIf(reservation -> !reservation.waiting());"),
                new PlantedBug("a runner whose collection was not heard of stays claimed", 60).with(Act.ASK)
                        .with(Fault.CLIENT_LEFT).replace("pool/Reservation.java",
                                "        claims.giveBack(unheard.id());\n", ""),
                new PlantedBug("a claim that was given up is served all the same", 60).with(Act.ASK)
                        .replace("pool/Reservation.java",
                                "                claim.withdraw();\n                claim.refusal().ifPresent(none -> become(State.GIVEN_UP, \"it was given up\"));",
                                "                become(State.GIVEN_UP, \"it was given up\");"));
    }
}
