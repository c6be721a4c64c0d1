package nereus.devagent.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** A Nomad variable. */
public record Variable(String path, Map<String, String> items, long createIndex, long modifyIndex, long createTime,
        long modifyTime) {

    /** As a single read shows it; {@code withItems} false as lists and events do. */
    public ObjectNode json(boolean withItems) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("CreateIndex", createIndex);
        json.put("CreateTime", createTime);
        if (withItems) {
            ObjectNode all = json.putObject("Items");
            items.forEach(all::put);
        }
        json.put("ModifyIndex", modifyIndex);
        json.put("ModifyTime", modifyTime);
        json.put("Namespace", "default");
        json.put("Path", path);
        return json;
    }
}
