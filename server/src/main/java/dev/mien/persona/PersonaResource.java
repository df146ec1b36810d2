package dev.mien.persona;

import dev.mien.api.ProblemType;
import dev.mien.document.DocumentResource;
import dev.mien.document.ListShape;
import dev.mien.http.Bodies;
import dev.mien.http.ProblemException;
import dev.mien.http.ReadModes;
import dev.mien.label.LabelService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The addresses of personas.
public final class PersonaResource extends DocumentResource {
    /// The query parameters of a list of one user's personas.
    public static final Set<String> OF_OWNER =
            Set.of("active", "tag", "label", "updated_since", "q", "fields", "limit", "cursor");

    private static final ListShape LISTS =
            new ListShape(PersonaService.SEARCHED, List.of("name", "tags", "owner_id", "is_active", "updated_at"));

    private final PersonaService service;
    private final LabelService labels;

    public PersonaResource(PersonaService service, LabelService labels, Bodies bodies) {
        super(
                service,
                bodies,
                Set.of("active", "owner", "tag", "label", "card", "updated_since", "q"),
                Set.of("version", "label"),
                LISTS);
        this.service = service;
        this.labels = labels;
    }

    /// A page of the personas of one user, with the filters of the list.
    public void listOf(String owner, ServerRequest request, ServerResponse response) {
        refuseParametersBut(OF_OWNER, request);
        list(request, response, owner);
    }

    /// A label is looked up first and the version that it names then. Versions never change, so the answer is that of
    /// the moment at which the label was read.
    @Override
    protected Selected select(ServerRequest request) {
        String label = parameter(request, "label");
        if (label == null) {
            return super.select(request);
        }
        if (parameter(request, "version") != null) {
            throw new ProblemException(ProblemType.INVALID_PARAMETER, "Give either version or label.");
        }
        return select(request, null, label);
    }

    /// The version with this number, or the one that the label names, or with neither the newest, which is as fresh as
    /// the request wants it.
    ///
    /// @throws ProblemException if there is none
    public Selected select(ServerRequest request, @Nullable Long version, @Nullable String label) {
        if (version != null) {
            var found = service.version(id(request), version);
            return new Selected(service.requiredDocument(found), found.asOf());
        }
        if (label == null || label.equals(LabelService.LATEST)) {
            var found = service.get(id(request), ReadModes.of(request));
            return new Selected(Objects.requireNonNull(found.document()), found.asOf());
        }
        var named = labels.get(id(request), label);
        var found = service.version(id(request), named.target());
        return new Selected(service.requiredDocument(found), named.asOf());
    }
}
