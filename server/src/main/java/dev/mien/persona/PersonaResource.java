package dev.mien.persona;

import dev.mien.document.DocumentResource;
import dev.mien.http.Bodies;
import java.util.Set;

/// The addresses of personas.
public final class PersonaResource extends DocumentResource {
    public PersonaResource(PersonaService service, Bodies bodies) {
        super(service, bodies, Set.of("active", "owner", "tag"));
    }
}
