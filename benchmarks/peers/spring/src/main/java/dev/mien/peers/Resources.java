package dev.mien.peers;

import jakarta.validation.ConstraintViolationException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.orm.jpa.JpaSystemException;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.server.ResponseStatusException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The HTTP side of personas and users. Answers are bytes, so that they go out with a length instead of in chunks.
abstract class Resources<D extends Document> {
    private static final String HIGHEST = "g"; // No id begins with more than an f.

    private final Documents<D> documents;
    private final JsonMapper mapper;

    Resources(Documents<D> documents, JsonMapper mapper) {
        this.documents = documents;
        this.mapper = mapper;
    }

    @RestController
    @RequestMapping("/api/v1/personas")
    static class Personas extends Resources<Persona> {
        Personas(Documents.Personas personas, JsonMapper mapper) {
            super(personas, mapper);
        }
    }

    @RestController
    @RequestMapping("/api/v1/users")
    static class Users extends Resources<User> {
        private final Documents.Users users;

        Users(Documents.Users users, JsonMapper mapper) {
            super(users, mapper);
            this.users = users;
        }

        @GetMapping("/by-username/{username}")
        ResponseEntity<byte[]> byUsername(@PathVariable String username) {
            return answer(HttpStatus.OK, users.findByUsername(username));
        }
    }

    @PostMapping
    ResponseEntity<byte[]> create(@RequestBody JsonNode body) {
        var drafts = StreamSupport.stream((body.isArray() ? body : List.of(body)).spliterator(), false)
                .map(draft -> (ObjectNode) draft.asObject())
                .toList();
        var created = documents.create(drafts);
        return body.isArray()
                ? ResponseEntity.status(HttpStatus.CREATED)
                        .contentType(MediaType.APPLICATION_JSON)
                        .body(mapper.writeValueAsBytes(created))
                : answer(HttpStatus.CREATED, Optional.of(created.getFirst()));
    }

    @GetMapping
    ResponseEntity<byte[]> list(
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(defaultValue = HIGHEST) String cursor,
            @RequestParam(required = false) String tag) {
        var found = documents.page(cursor, tag, Math.clamp(limit, 1, 500) + 1);
        var items = found.subList(0, Math.min(limit, found.size()));
        var page = new LinkedHashMap<String, Object>();
        page.put("items", items);
        page.put("next_cursor", found.size() > items.size() ? items.getLast().id : null);
        return ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(mapper.writeValueAsBytes(page));
    }

    @GetMapping("/{id}")
    ResponseEntity<byte[]> get(
            @PathVariable String id, @RequestHeader(name = "If-None-Match", required = false) String known) {
        var found = documents.find(id);
        return found.isPresent() && new Condition(known).names(found.get())
                ? empty(HttpStatus.NOT_MODIFIED, found.get())
                : answer(HttpStatus.OK, found);
    }

    @PatchMapping("/{id}")
    ResponseEntity<byte[]> patch(
            @PathVariable String id,
            @RequestHeader(name = "If-Match", required = false) String condition,
            @RequestBody ObjectNode patch) {
        return answer(HttpStatus.OK, documents.patch(id, new Condition(condition), patch));
    }

    @PutMapping("/{id}")
    ResponseEntity<byte[]> put(
            @PathVariable String id, @RequestHeader("If-Match") String condition, @RequestBody ObjectNode whole) {
        return answer(HttpStatus.OK, documents.put(id, new Condition(condition), whole));
    }

    @DeleteMapping("/{id}")
    ResponseEntity<byte[]> delete(
            @PathVariable String id, @RequestHeader(name = "If-Match", required = false) String condition) {
        return empty(
                HttpStatus.NO_CONTENT,
                documents
                        .delete(id, new Condition(condition))
                        .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND)));
    }

    ResponseEntity<byte[]> answer(HttpStatus status, Optional<D> found) {
        var document = found.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
        return ResponseEntity.status(status)
                .eTag(Condition.tag(document))
                .contentType(MediaType.APPLICATION_JSON)
                .body(mapper.writeValueAsBytes(document));
    }

    /// Where there is no body to say it, a header names the version.
    private ResponseEntity<byte[]> empty(HttpStatus status, D document) {
        return ResponseEntity.status(status)
                .eTag(Condition.tag(document))
                .header("Mien-Version", Long.toString(document.version))
                .build();
    }

    @RestController
    static class Health {
        private static final byte[] ALIVE = "{\"status\":\"alive\"}".getBytes(StandardCharsets.UTF_8);

        private final Documents.Users users;

        Health(Documents.Users users) {
            this.users = users;
        }

        @GetMapping(path = "/livez", produces = MediaType.APPLICATION_JSON_VALUE)
        byte[] alive() {
            return ALIVE;
        }

        @GetMapping(path = "/readyz", produces = MediaType.APPLICATION_JSON_VALUE)
        byte[] ready() {
            users.find("");
            return ALIVE;
        }
    }

    @RestControllerAdvice
    static class Problems {
        @ExceptionHandler
        ProblemDetail conflict(Condition.ConflictException e) {
            var problem = ProblemDetail.forStatusAndDetail(HttpStatus.PRECONDITION_FAILED, e.getMessage());
            problem.setProperty("currentVersion", e.currentVersion());
            return problem;
        }

        @ExceptionHandler({ConstraintViolationException.class, JacksonException.class, ClassCastException.class})
        ProblemDetail invalid(Exception e) {
            return ProblemDetail.forStatusAndDetail(HttpStatus.UNPROCESSABLE_CONTENT, e.getMessage());
        }

        /// The dialect does not tell a broken constraint from other failures.
        @ExceptionHandler
        ProblemDetail failed(JpaSystemException e) {
            if (e.getRootCause() instanceof SQLiteException cause
                    && (cause.getResultCode().code & 0xff) == SQLiteErrorCode.SQLITE_CONSTRAINT.code) {
                return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, "Taken already, or no such owner.");
            }
            throw e;
        }
    }
}
