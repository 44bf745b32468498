-- A stand-in: it has the names and the types of pgcrypto, so that a design which uses it can run. It protects nothing.
CREATE FUNCTION digest(data bytea, type text) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN CASE lower(type)
    WHEN 'md5' THEN decode(md5(data), 'hex')
    WHEN 'sha224' THEN sha224(data)
    WHEN 'sha256' THEN sha256(data)
    WHEN 'sha384' THEN sha384(data)
    WHEN 'sha512' THEN sha512(data)
    WHEN 'sha1' THEN substr(sha256(data), 1, 20)
  END;
END $$;
CREATE FUNCTION digest(data text, type text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN digest(convert_to(data, 'UTF8'), type);
CREATE FUNCTION hmac(data bytea, key bytea, type text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN digest(key || digest(key || data, type), type);
CREATE FUNCTION hmac(data text, key text, type text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN hmac(convert_to(data, 'UTF8'), convert_to(key, 'UTF8'), type);
CREATE FUNCTION gen_random_bytes(count integer) RETURNS bytea LANGUAGE sql VOLATILE STRICT PARALLEL SAFE
  RETURN (SELECT substr(string_agg(uuid_send(gen_random_uuid()), ''::bytea), 1, count)
          FROM generate_series(1, count / 16 + 1));
CREATE FUNCTION gen_salt(type text) RETURNS text LANGUAGE sql VOLATILE STRICT PARALLEL SAFE
  RETURN CASE type WHEN 'bf' THEN '$2a$06$' WHEN 'md5' THEN '$1$' ELSE '_' END
    || substr(md5(gen_random_uuid()::text), 1, 22);
CREATE FUNCTION gen_salt(type text, rounds integer) RETURNS text LANGUAGE sql VOLATILE STRICT PARALLEL SAFE
  RETURN '$2a$' || lpad(rounds::text, 2, '0') || '$' || substr(md5(gen_random_uuid()::text), 1, 22);
-- The salt stands in front of the result, so that crypt(password, stored) = stored, as with the real one.
CREATE FUNCTION crypt(password text, salt text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN substr(salt, 1, 29) || substr(encode(sha256(convert_to(substr(salt, 1, 29) || password, 'UTF8')), 'hex'), 1, 31);
CREATE FUNCTION pgp_sym_encrypt(data text, psw text) RETURNS bytea LANGUAGE sql VOLATILE STRICT PARALLEL SAFE
  RETURN sha256(convert_to(psw, 'UTF8')) || convert_to(data, 'UTF8');
CREATE FUNCTION pgp_sym_encrypt(data text, psw text, options text) RETURNS bytea LANGUAGE sql VOLATILE STRICT PARALLEL SAFE
  RETURN pgp_sym_encrypt(data, psw);
CREATE FUNCTION pgp_sym_decrypt(msg bytea, psw text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF substr(msg, 1, 32) <> sha256(convert_to(psw, 'UTF8')) THEN
    RAISE EXCEPTION 'Wrong key or corrupt data' USING ERRCODE = '39000';
  END IF;
  RETURN convert_from(substr(msg, 33), 'UTF8');
END $$;
CREATE FUNCTION pgp_sym_decrypt(msg bytea, psw text, options text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN pgp_sym_decrypt(msg, psw);
