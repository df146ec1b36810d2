package dev.mien.peers;

import com.fasterxml.jackson.annotation.Nulls;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteDataSource;

/// Takes `--server.port` and `--peer.database`, the file. Says on standard output where it listens.
@SpringBootApplication
public class Peer implements WebMvcConfigurer {
    private static final int READERS = 10;

    public static void main(String[] arguments) {
        SpringApplication.run(Peer.class, arguments);
    }

    /// One connection that writes, since SQLite has one writer at a time and its waiting is a sleep, and some that read
    /// beside it. A transaction that is marked as read-only gets one of these.
    @Bean
    DataSource dataSource(@Value("${peer.database}") String file) {
        var writes = config(false);
        // The lock is taken before the document is read, so nobody writes between a read and its write.
        writes.setTransactionMode(TransactionMode.IMMEDIATE);
        var dataSource = new LazyConnectionDataSourceProxy(pool("writer", false, 1, file, writes));
        dataSource.setReadOnlyDataSource(pool("readers", true, READERS, file, config(true)));
        return dataSource;
    }

    private static SQLiteConfig config(boolean readOnly) {
        var config = new SQLiteConfig();
        config.setReadOnly(readOnly);
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(SynchronousMode.FULL);
        config.setBusyTimeout(5_000);
        config.enforceForeignKeys(true);
        return config;
    }

    private static HikariDataSource pool(String name, boolean readOnly, int size, String file, SQLiteConfig sqlite) {
        var connections = new SQLiteDataSource(sqlite);
        connections.setUrl("jdbc:sqlite:" + file);
        var pool = new HikariConfig();
        pool.setPoolName(name);
        pool.setDataSource(connections);
        pool.setMaximumPoolSize(size);
        pool.setReadOnly(readOnly);
        return new HikariDataSource(pool);
    }

    /// A member that is given as null gets its default.
    @Bean
    JsonMapperBuilderCustomizer nulls() {
        return builder -> builder.changeDefaultNullHandling(nulls -> nulls.withValueNulls(Nulls.SKIP));
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(new HandlerInterceptor() {
            @Override
            public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
                response.setHeader("Mien-Worker", "1");
                return true;
            }
        });
    }

    @EventListener
    void ready(ApplicationReadyEvent event) {
        var port = event.getApplicationContext().getEnvironment().getProperty("local.server.port");
        System.out.println("Peer serves http://127.0.0.1:" + port);
    }
}
