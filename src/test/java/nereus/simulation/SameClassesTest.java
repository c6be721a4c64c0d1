package nereus.simulation;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import nereus.devagent.model.ClusterModel;
import nereus.environment.EnvironmentStore;
import nereus.environment.Environments;
import nereus.environment.TemplateWatch;
import nereus.nomad.EventStream;
import nereus.nomad.Nomad;
import nereus.pool.Claims;
import nereus.pool.Keeper;
import nereus.pool.Ledger;
import nereus.runner.Fleet;
import nereus.runner.Readiness;
import nereus.sync.Watcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What decides in the simulator is what decides in production: there is no second fleet, ledger or refill. */
class SameClassesTest {
    private static final String ROOM = SameClassesTest.class.getPackageName();
    private static final JavaClasses SIMULATOR = new ClassFileImporter().importPackages(ROOM);

    @ParameterizedTest
    @ValueSource(classes = {Fleet.class, Readiness.class, Claims.class, Ledger.class, Keeper.class, Watcher.class,
            Environments.class, EnvironmentStore.class, TemplateWatch.class})
    void aProcessIsMadeOfTheClassesOfProduction(Class<?> part) {
        assertTrue(part.getProtectionDomain().getCodeSource().getLocation().getPath().endsWith("/target/classes/"),
                part + " is not production's");
        Set<String> makers = SIMULATOR.get(Service.class).getConstructorCallsFromSelf().stream()
                .map(JavaConstructorCall::getTargetOwner).map(JavaClass::getName).collect(Collectors.toSet());
        assertTrue(makers.contains(part.getName()), "no " + part + " in " + makers);
    }

    @Test
    void onlyNomadAndItsStreamArePretended() {
        assertEquals(Set.of(Nomad.class.getName() + " by " + PretendedNomad.class.getName(),
                EventStream.class.getName() + " by " + PretendedStream.class.getName()), supertypes());
    }

    @Test
    void thePretendedNomadDecidesThroughTheClusterModel() {
        assertTrue(SIMULATOR.get(Cluster.class).getConstructorCallsFromSelf().stream()
                .anyMatch(call -> call.getTargetOwner().isEquivalentTo(ClusterModel.class)));
        assertTrue(SIMULATOR.get(PretendedNomad.class).getMethodCallsFromSelf().stream()
                .filter(call -> call.getTargetOwner().isEquivalentTo(ClusterModel.class)).map(call -> call.getName())
                .collect(Collectors.toSet())
                .containsAll(Set.of("register", "deregister", "jobs", "allocations", "nodes", "putVariable",
                        "deleteVariable", "variables")));
    }

    @Test
    void theSimulatorHasNoClassesInTheRoomsOfProduction() {
        Set<String> simulated = SIMULATOR.stream().map(JavaClass::getSimpleName).filter(name -> !name.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
        for (String part : Set.of("Fleet", "Table", "News", "Upkeep", "Claims", "Ledger", "Keeper", "Refill",
                "Replacement", "Watcher", "SnapshotReader", "EnvironmentStore", "Sightings", "SavedDefinitions")) {
            assertFalse(simulated.contains(part), "a second " + part);
        }
        noClasses().that().resideInAPackage(ROOM).should().beAssignableTo(Fleet.class).orShould()
                .beAssignableTo(Ledger.class).orShould().beAssignableTo(Keeper.class).check(SIMULATOR);
    }

    /** Only the process and its judges know the rooms that decide; nobody else could decide in their place. */
    @Test
    void onlyTheProcessAndItsJudgesKnowTheRoomsThatDecide() {
        Set<String> knowing = SIMULATOR.stream()
                .filter(type -> !type.getSimpleName().endsWith("Test"))
                .filter(type -> type.getDirectDependenciesFromSelf().stream().anyMatch(dependency -> {
                    String room = dependency.getTargetClass().getPackageName();
                    return room.equals("nereus.pool") || room.equals("nereus.sync");
                })).map(type -> type.getName().replaceAll("\\$.*", "").substring(ROOM.length() + 1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(new TreeSet<>(Set.of("Askers", "Clients", "Pools", "Service", "Turns")), knowing);
    }

    /** Which interfaces of production the simulator implements. */
    private static Set<String> supertypes() {
        return SIMULATOR.stream().flatMap(type -> type.getAllRawInterfaces().stream()
                .filter(implemented -> Set.of("nereus.nomad", "nereus.pool", "nereus.runner", "nereus.sync",
                        "nereus.environment").contains(implemented.getPackageName()))
                .map(implemented -> implemented.getName() + " by " + type.getName())).collect(Collectors.toSet());
    }
}
