package nereus.devagent;

import io.vertx.core.Vertx;

/** Runs an agent with pretended tasks, to be looked at from outside. */
final class AgentByHand {

    private AgentByHand() {}

    public static void main(String[] arguments) throws InterruptedException {
        Agent agent = Agent.start(AgentSettings.local(14646), Vertx.vertx(), new PretendedDriver());
        System.out.println(agent.address());
        Thread.currentThread().join();
    }
}
