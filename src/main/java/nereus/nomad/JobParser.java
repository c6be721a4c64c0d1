package nereus.nomad;

import com.hashicorp.nomad.apimodel.Job;

/** Makes a job of its HCL: only Nomad itself knows how. */
public interface JobParser {
    /**
     * The job as it is written, nothing filled in: what the text does not say is null.
     *
     * @param hcl HCL 2, or its JSON; functions that read files and undefined variables are refused
     * @throws NomadException.Refused with status 400 and Nomad's words, which name lines of {@code input.hcl}, for a text that is no
     *         job; the other exceptions when Nomad could not be asked
     */
    Job parse(String hcl);
}
