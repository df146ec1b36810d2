package dev.mien.peers;

import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Validator;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The rules of personas and users: each method is one transaction, and a write reads within its own.
@Transactional
abstract class Documents<D extends Document> {
    private final DocumentRepository<D> repository;
    private final Class<D> type;
    private final JsonMapper mapper;
    private final Validator validator;

    Documents(DocumentRepository<D> repository, Class<D> type, JsonMapper mapper, Validator validator) {
        this.repository = repository;
        this.type = type;
        this.mapper = mapper;
        this.validator = validator;
    }

    @Service
    static class Personas extends Documents<Persona> {
        Personas(PersonaRepository repository, JsonMapper mapper, Validator validator) {
            super(repository, Persona.class, mapper, validator);
        }
    }

    @Service
    static class Users extends Documents<User> {
        private final UserRepository repository;

        Users(UserRepository repository, JsonMapper mapper, Validator validator) {
            super(repository, User.class, mapper, validator);
            this.repository = repository;
        }

        @Transactional(readOnly = true)
        Optional<User> findByUsername(String username) {
            return repository.findByUsernameIgnoreCase(username);
        }
    }

    @Transactional(readOnly = true)
    Optional<D> find(String id) {
        return repository.findById(id);
    }

    @Transactional(readOnly = true)
    List<D> page(String cursor, String tag, int limit) {
        return repository.page(cursor, tag, limit);
    }

    List<D> create(List<ObjectNode> drafts) {
        return repository.saveAllAndFlush(drafts.stream().map(this::draft).toList());
    }

    Optional<D> patch(String id, Condition condition, ObjectNode patch) {
        return repository.findById(id).map(current -> {
            condition.check(current);
            ObjectNode merged = mapper.valueToTree(current);
            Json.merge(merged, patch);
            return replace(current, draft(merged));
        });
    }

    Optional<D> put(String id, Condition condition, ObjectNode whole) {
        return repository.findById(id).map(current -> {
            condition.check(current);
            return replace(current, draft(whole));
        });
    }

    Optional<D> delete(String id, Condition condition) {
        return repository.findById(id).map(current -> {
            condition.check(current);
            current.isActive = false;
            return repository.saveAndFlush(current);
        });
    }

    /// Merges it into the session, which writes it, with the next version, if anything differs.
    private D replace(D current, D next) {
        next.succeed(current);
        return repository.saveAndFlush(next);
    }

    private D draft(ObjectNode json) {
        var draft = mapper.treeToValue(json, type);
        var violations = validator.validate(draft);
        if (!violations.isEmpty()) {
            throw new ConstraintViolationException(violations);
        }
        return draft;
    }
}
