package dev.mien.peers;

import java.util.List;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.repository.NoRepositoryBean;

@NoRepositoryBean
interface DocumentRepository<D extends Document> extends JpaRepository<D, String> {
    /// Those with ids below the cursor, from high to low.
    ///
    /// @param tag of personas; null for all
    List<D> page(String cursor, String tag, int limit);
}
