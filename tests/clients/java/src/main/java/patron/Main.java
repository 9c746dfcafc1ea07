// SPDX-License-Identifier: Apache-2.0
package patron;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.segment.analytics.Analytics;
import com.segment.analytics.Callback;
import com.segment.analytics.messages.AliasMessage;
import com.segment.analytics.messages.GroupMessage;
import com.segment.analytics.messages.IdentifyMessage;
import com.segment.analytics.messages.Message;
import com.segment.analytics.messages.MessageBuilder;
import com.segment.analytics.messages.PageMessage;
import com.segment.analytics.messages.ScreenMessage;
import com.segment.analytics.messages.TrackMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** com.segment.analytics.java against BASE with KEY; MODE six CALLS_FILE, one NAMES... as in
 * node/segment_node.mjs, or hasty NAME: shut down while the event may still wait for a retry. */
public final class Main {
    private static final int WAIT_S = 60;
    private static final AtomicInteger delivered = new AtomicInteger();
    private static final AtomicInteger failed = new AtomicInteger();
    private static final Semaphore settled = new Semaphore(0);

    private Main() {}

    public static void main(String[] args) throws Exception {
        Analytics analytics = Analytics.builder(args[1])
                .endpoint(args[0])
                .flushInterval(1000, TimeUnit.MILLISECONDS)
                .callback(new Counter())
                .build();
        if (args[2].equals("six")) {
            six(analytics, new Gson().fromJson(Files.readString(Path.of(args[3])), JsonObject.class));
            analytics.flush();
            settled.tryAcquire(6, WAIT_S, TimeUnit.SECONDS);
        } else if (args[2].equals("hasty")) {
            analytics.enqueue(TrackMessage.builder(args[3]).userId("user-1"));
            analytics.flush();
            Thread.sleep(3000); // past the first attempt, well before the next
        } else {
            for (int i = 3; i < args.length; i++) {
                analytics.enqueue(TrackMessage.builder(args[i]).userId("user-1").messageId("java-" + args[i]));
                analytics.flush();
                settled.tryAcquire(1, WAIT_S, TimeUnit.SECONDS);
                System.err.println("sent " + args[i]);
                if (i + 1 < args.length) {
                    System.in.read();
                }
            }
        }
        analytics.shutdown();
        System.out.println("{\"delivered\":" + delivered + ",\"failed\":" + failed + "}");
        System.exit(0);
    }

    private static void six(Analytics analytics, JsonObject calls) {
        JsonObject page = calls.getAsJsonObject("page");
        JsonObject group = calls.getAsJsonObject("group");
        JsonObject alias = calls.getAsJsonObject("alias");
        send(analytics, calls, "identify", IdentifyMessage.builder()
                .traits(map(calls.getAsJsonObject("identify"), "traits")));
        send(analytics, calls, "track", TrackMessage.builder(text(calls.getAsJsonObject("track"), "event"))
                .properties(map(calls.getAsJsonObject("track"), "properties")));
        send(analytics, calls, "page", PageMessage.builder(text(page, "name"))
                .category(text(page, "category")).properties(map(page, "properties")));
        send(analytics, calls, "screen", ScreenMessage.builder(text(calls.getAsJsonObject("screen"), "name"))
                .properties(map(calls.getAsJsonObject("screen"), "properties")));
        send(analytics, calls, "group", GroupMessage.builder(text(group, "groupId")).traits(map(group, "traits")));
        send(analytics, calls, "alias", AliasMessage.builder(text(alias, "previousId")));
    }

    private static void send(Analytics analytics, JsonObject calls, String type, MessageBuilder<?, ?> builder) {
        analytics.enqueue(builder.userId(text(calls.getAsJsonObject(type), "userId")));
    }

    private static String text(JsonObject object, String name) {
        return object.get(name).getAsString();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(JsonObject object, String name) {
        return new Gson().fromJson(object.get(name), Map.class);
    }

    private static final class Counter implements Callback {
        @Override
        public void success(Message message) {
            delivered.incrementAndGet();
            settled.release();
        }

        @Override
        public void failure(Message message, Throwable throwable) {
            failed.incrementAndGet();
            settled.release();
        }
    }
}
