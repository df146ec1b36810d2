package dev.mien.peers;

import java.util.List;
import org.springframework.data.jpa.repository.NativeQuery;

interface PersonaRepository extends DocumentRepository<Persona> {
    @Override
    @NativeQuery("""
            select * from personas p
             where p.id < :cursor
               and (:tag is null or exists (select 1 from json_each(p.tags) t where t.value = :tag))
             order by p.id desc limit :limit
            """)
    List<Persona> page(String cursor, String tag, int limit);
}
