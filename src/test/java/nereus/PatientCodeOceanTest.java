package nereus;

/** The same with claims that wait: to CodeOcean nothing else is different. */
class PatientCodeOceanTest extends CodeOceanTest {
    @Override
    String claimWait() {
        return "20s";
    }
}
