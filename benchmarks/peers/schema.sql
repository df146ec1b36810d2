-- The tables of both peers: a column per member, lists and objects as JSON text.
create table if not exists users (
    id text primary key,
    username text not null collate nocase unique,
    email text collate nocase unique,
    display_name text not null,
    profile_picture_url text,
    bio text not null,
    preferences text not null,
    is_active integer not null,
    version integer not null,
    created_at text not null,
    updated_at text not null
);

create table if not exists personas (
    id text primary key,
    name text not null,
    appearance text not null,
    personality text not null,
    content_themes text not null,
    style_preferences text not null,
    system_prompt text not null,
    scenario text not null,
    greeting text not null,
    alternate_greetings text not null,
    example_dialogue text not null,
    post_history_instructions text not null,
    lorebook text,
    tags text not null,
    creator_notes text not null,
    attributes text not null,
    owner_id text references users (id),
    is_active integer not null,
    version integer not null,
    created_at text not null,
    updated_at text not null
);
