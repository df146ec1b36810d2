package dev.mien.peers;

import java.util.List;
import java.util.Optional;
import org.springframework.data.jpa.repository.NativeQuery;

interface UserRepository extends DocumentRepository<User> {
    @Override
    @NativeQuery("select * from users u where u.id < :cursor and :tag is null order by u.id desc limit :limit")
    List<User> page(String cursor, String tag, int limit);

    Optional<User> findByUsernameIgnoreCase(String username);
}
