package dev.mien.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.persistence.EntityManagerFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.hibernate.community.dialect.SQLiteDialect;
import org.hibernate.jpa.HibernatePersistenceProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.data.repository.Repository;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/// What `docs/stale-session.md` says of `@Modifying` in Spring Data JPA.
class SpringDataTest {
    private static final String RENAME = "update Persona p set p.name = 'new' where p.id = ?1";
    private static final String RENAME_SQL = "update personas set name = 'new' where id = ?1";

    private static Path directory;
    private static AnnotationConfigApplicationContext context;
    private static Personas personas;
    private static Users users;
    private static TransactionTemplate transaction;
    private static int used;

    interface Users extends JpaRepository<User, String> {}

    interface Personas extends JpaRepository<Persona, String> {
        @Modifying
        @Query(RENAME)
        int rename(String id);

        @Modifying(flushAutomatically = true)
        @Query(RENAME)
        int renameAndFlush(String id);

        @Modifying(clearAutomatically = true)
        @Query(RENAME)
        int renameAndClear(String id);

        @Modifying(flushAutomatically = true, clearAutomatically = true)
        @Query(RENAME)
        int renameFlushAndClear(String id);

        @Modifying(clearAutomatically = true)
        @Query(value = RENAME_SQL, nativeQuery = true)
        int renameNativelyAndClear(String id);

        @Query(RENAME)
        int renameWithoutModifying(String id);
    }

    @SuppressWarnings("ImmutableEnumChecker") // Each holds a method of a repository.
    enum Setting {
        PLAIN(id -> personas.rename(id), "old", "new"),
        FLUSH(id -> personas.renameAndFlush(id), "old", "new"),
        CLEAR(id -> personas.renameAndClear(id), "new", "old"),
        FLUSH_AND_CLEAR(id -> personas.renameFlushAndClear(id), "new", "new"),
        NATIVE_AND_CLEAR(id -> personas.renameNativelyAndClear(id), "new", "new");

        private final Consumer<String> rename;
        private final String nameAfterwards;
        private final String pendingOfAnotherTable;

        Setting(Consumer<String> rename, String nameAfterwards, String pendingOfAnotherTable) {
            this.rename = rename;
            this.nameAfterwards = nameAfterwards;
            this.pendingOfAnotherTable = pendingOfAnotherTable;
        }
    }

    @Configuration
    @EnableJpaRepositories(considerNestedRepositories = true)
    static class Setup {
        @Bean
        LocalContainerEntityManagerFactoryBean entityManagerFactory() {
            var factory = new LocalContainerEntityManagerFactoryBean();
            factory.setPersistenceProviderClass(HibernatePersistenceProvider.class);
            factory.setPackagesToScan("dev.mien.lab");
            factory.setJpaPropertyMap(Map.of(
                    "hibernate.connection.url",
                    "jdbc:sqlite:" + directory.resolve("spring.db"),
                    "hibernate.connection.journal_mode",
                    "WAL",
                    "hibernate.dialect",
                    SQLiteDialect.class.getName(),
                    "hibernate.hbm2ddl.auto",
                    "create"));
            return factory;
        }

        @Bean
        PlatformTransactionManager transactionManager(EntityManagerFactory factory) {
            return new JpaTransactionManager(factory);
        }
    }

    @BeforeAll
    static void start(@TempDir Path temporary) {
        directory = temporary;
        context = new AnnotationConfigApplicationContext(Setup.class);
        personas = context.getBean(Personas.class);
        users = context.getBean(Users.class);
        transaction = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    private static String persona() {
        String id = "p" + ++used;
        transaction.executeWithoutResult(status -> personas.save(new Persona(id, "old", "old")));
        return id;
    }

    @ParameterizedTest
    @EnumSource
    void findById_afterTheStatement_isNewOnlyIfItClears(Setting setting) {
        String id = persona();

        String name = transaction.execute(status -> {
            personas.findById(id);
            setting.rename.accept(id);
            return personas.findById(id).orElseThrow().name();
        });

        assertThat(name).isEqualTo(setting.nameAfterwards);
    }

    @ParameterizedTest
    @EnumSource
    void findById_outsideOfATransaction_isNew(Setting setting) {
        String id = persona();
        personas.findById(id);

        transaction.executeWithoutResult(status -> setting.rename.accept(id));

        assertThat(personas.findById(id).orElseThrow().name()).isEqualTo("new");
    }

    @ParameterizedTest
    @EnumSource
    void pendingChange_sameTable_isWritten(Setting setting) {
        String id = persona();
        String other = persona();

        transaction.executeWithoutResult(status -> {
            personas.findById(other).orElseThrow().greet("new");
            setting.rename.accept(id);
        });

        assertThat(personas.findById(other).orElseThrow().greeting()).isEqualTo("new");
    }

    @ParameterizedTest
    @EnumSource
    void pendingChange_otherTable_isLostIfItClearsWithoutAFlush(Setting setting) {
        String id = persona();
        transaction.executeWithoutResult(status -> users.save(new User(id, "old")));

        transaction.executeWithoutResult(status -> {
            users.findById(id).orElseThrow().rename("new");
            setting.rename.accept(id);
        });

        assertThat(users.findById(id).orElseThrow().name()).isEqualTo(setting.pendingOfAnotherTable);
    }

    @ParameterizedTest
    @EnumSource
    void newObject_otherTable_isLostIfItClearsWithoutAFlush(Setting setting) {
        String id = persona();

        transaction.executeWithoutResult(status -> {
            users.save(new User(id, "new"));
            setting.rename.accept(id);
        });

        assertThat(users.existsById(id)).isEqualTo(setting != Setting.CLEAR);
    }

    @Test
    void save_objectReadBeforeTheClear_writesTheOldNameBack() {
        String id = persona();

        transaction.executeWithoutResult(status -> {
            var stale = personas.findById(id).orElseThrow();
            personas.renameAndClear(id);
            stale.greet("new");
            personas.save(stale);
        });

        assertThat(personas.findById(id).orElseThrow().name()).isEqualTo("old");
    }

    @Test
    void updateQuery_withoutModifyingOrATransaction_isRefused() {
        String id = persona();

        assertThatThrownBy(() -> transaction.executeWithoutResult(status -> personas.renameWithoutModifying(id)))
                .isInstanceOf(InvalidDataAccessApiUsageException.class);
        assertThatThrownBy(() -> personas.rename(id)).isInstanceOf(InvalidDataAccessApiUsageException.class);
    }

    @Test
    void guard_overAllRepositories_findsWhatDoesNotFlushAndClear() {
        var found = new TreeSet<String>();

        for (String bean : context.getBeanNamesForType(Repository.class)) {
            for (var type : AopProxyUtils.proxiedUserInterfaces(context.getBean(bean))) {
                for (var method : type.getMethods()) {
                    var modifying = AnnotationUtils.findAnnotation(method, Modifying.class);
                    if (modifying != null && !(modifying.flushAutomatically() && modifying.clearAutomatically())) {
                        found.add(method.getName());
                    }
                }
            }
        }

        assertThat(found)
                .containsExactlyInAnyOrder("rename", "renameAndFlush", "renameAndClear", "renameNativelyAndClear");
    }
}
